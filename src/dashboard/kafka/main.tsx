import { render } from 'preact'
import { KafkaApp } from './KafkaApp.tsx'

render(<KafkaApp />, document.querySelector('#page') as HTMLElement)
