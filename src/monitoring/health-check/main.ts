import { get as getHttp } from 'node:http'
import { get as getHttps } from 'node:https'

// The health check of the container: the exit code is 0 when the service beside it is healthy. Its certificate is for the name that browsers
// use, and this asks by the address, so it isn't checked. Without config.ts, which takes 0.3 s to load, every 10 s.
const { MONITORING_PORT: port, MONITORING_TLS_CERT_FILE: secure = '' } = process.env
const options = { host: '127.0.0.1', port, path: '/health', rejectUnauthorized: false }
const request = (secure === '' ? getHttp : getHttps)(options, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
request.on('error', () => process.exit(1))
