import { chromium } from 'playwright-core'
const [, , out, hash = '#/train', w = '1440', h = '900', scheme = 'light', play = '2500'] = process.argv
const b = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})
const p = await b.newPage({ viewport: { width: +w, height: +h }, colorScheme: scheme })
p.on('console', (m) => console.log('console', m.type(), m.text()))
p.on('pageerror', (e) => console.log('pageerror', e.message))
await p.goto('http://127.0.0.1:5987/' + hash)
await p.waitForTimeout(1500)
if (+play > 0) {
  await p.keyboard.press('Space')
  await p.waitForTimeout(+play)
  await p.keyboard.press('Space')
  await p.waitForTimeout(500)
}
await p.screenshot({ path: out })
await b.close()
