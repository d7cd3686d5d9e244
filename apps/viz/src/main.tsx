import { render } from 'preact'
import { startApp } from './app/app.ts'
import { listenForFiles } from './app/drop.ts'
import { listenForKeys } from './app/keys.ts'
import { hasServer } from './app/server.ts'
import { Shell } from './shell.tsx'

const app = startApp()
if (hasServer() && location.hash === '') app.goTo('runs')
listenForKeys(app)
listenForFiles(app)
render(<Shell app={app} />, document.querySelector('#app')!)
