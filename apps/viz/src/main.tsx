import { render } from 'preact'
import { startApp } from './app/app.ts'
import { listenForKeys } from './app/keys.ts'
import { Shell } from './shell.tsx'
import './styles/base.css'
import './styles/shell.css'
import './styles/train.css'

const app = startApp()
listenForKeys(app)
render(<Shell app={app} />, document.querySelector('#app')!)
