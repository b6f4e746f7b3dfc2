import { logsCommand } from '../part-commands.ts'

export const logs = logsCommand({
  name: 'logs', kind: null,
  summary: 'Show the logs; SERVICE=consumer-1, FORMAT=json, FOLLOW=1',
  runtimes: {
    docker: '`docker logs`',
    local: 'FACTORY_HOME/logs',
  },
  usage: `[SERVICE …]

The last lines of each log, in the order of time; on a terminal, or with FOLLOW=1, what comes then too, until Ctrl+C. FORMAT=json prints
the lines as the services wrote them.`,
})
