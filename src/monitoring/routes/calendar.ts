import type { Calendar } from '../../calendar/calendar.ts'
import { calendarSchema } from '../../contract/calendar-api.ts'
import type { App } from '../app.ts'
import { buildCalendar } from '../calendar-shape.ts'
import { failures } from './context.ts'

export function registerCalendar(app: App, { calendar }: { readonly calendar: Calendar }): void {
  app.get('/api/calendar', {
    schema: {
      tags: ['Alarms'],
      summary: 'The plant\'s calendar: the shift of now, maintenance and holidays of the next 7 days',
      description: 'From the file of PLANT_CALENDAR. What is suppressed at the moment, also by hand, is in the section `alarms` of the stream.',
      response: { 200: calendarSchema, ...failures },
    },
  }, () => buildCalendar(calendar, Date.now()))
}
