import { chromium } from 'playwright-core'
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const p = await b.newPage({ viewport: { width: 1280, height: 800 } })
p.on('console', (m) => console.log('console', m.type(), m.text()))
p.on('pageerror', (e) => console.log('pageerror', e.message))
await p.goto('http://127.0.0.1:5987/#/train')
await p.waitForTimeout(1500)
await p.keyboard.press('2')
await p.getByRole('group', { name: /^Graph of/ }).focus()
console.log(await p.evaluate(() => document.activeElement.outerHTML.slice(0, 120)))
await p.keyboard.press('ArrowRight')
await p.waitForTimeout(300)
console.log(
  await p.locator('.strip-where').textContent(),
  await p.evaluate(() => document.activeElement.outerHTML.slice(0, 120)),
)
await p.keyboard.press('ArrowRight')
await p.waitForTimeout(300)
console.log(await p.locator('.strip-where').textContent())
await b.close()
