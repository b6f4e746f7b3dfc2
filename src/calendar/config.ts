import { text } from '../runtime/config.ts'
import { readYamlFile } from '../runtime/yaml-file.ts'
import { calendarSettings } from './calendar-file.ts'
import { createCalendar, defaultCalendar } from './calendar.ts'
import type { Calendar } from './calendar.ts'

export const calendarVariables = {
  PLANT_CALENDAR: {
    ...text({
      help: 'The file (YAML or JSON) of the plant\'s calendar: time zone, shifts, holidays, maintenance and suppression groups. The same in all '
        + 'processes; `docs/calendar.md` explains it.',
    }),
    defaultValue: null, defaultText: 'UTC, three shifts from 6, 14 and 22 o\'clock, no maintenance',
  },
}

/** Throws an `ExitError` with one line that names file, place, value and what is allowed. Null: there is no file. */
export function readCalendar(path: string | null): Calendar {
  return path === null ? defaultCalendar() : createCalendar(calendarSettings(readYamlFile(path, 'the calendar file of PLANT_CALENDAR')))
}
