import { render } from 'preact'
import { App } from './App.tsx'
import { assess } from './assessment.ts'
import { drawStream } from './draw-stream.ts'
import { showInTab } from './tab.ts'
import { serviceNow } from './state.ts'
import { takeTokenFromAddress } from './use-demo.ts'

const page = document.querySelector('#page') as HTMLElement
const demoToken = takeTokenFromAddress()

drawStream((state, browserNow) => {
  render(<App state={state} browserNow={browserNow} demoToken={demoToken} />, page)
  showInTab(assess(state, serviceNow(state, browserNow)))
})
