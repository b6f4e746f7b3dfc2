import { render } from 'preact'
import { assess } from '../assessment.ts'
import { drawStream } from '../draw-stream.ts'
import { serviceNow } from '../state.ts'
import { setTab } from '../tab.ts'
import { SensorsApp } from './SensorsApp.tsx'

const page = document.querySelector('#page') as HTMLElement

drawStream((state, browserNow) => {
  render(<SensorsApp state={state} browserNow={browserNow} />, page)
  const { level, waiting } = assess(state, serviceNow(state, browserNow))
  setTab(waiting === null ? level : 'critical', waiting?.text ?? 'Sensors')
})
