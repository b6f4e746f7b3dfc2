import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plot } from '../../../bench/scaling/plot.ts'
import type { Panel } from '../../../bench/scaling/plot.ts'

const PANEL: Panel = {
  title: 'Cost < gain', xLabel: 'sensors', yLabel: 'readings/s', xScale: 'log',
  lines: [{ name: 'a', points: [[10, 100], [100, 50], [1_000, 0]] }, { name: 'b', points: [[10, 100], [1_000, 1]] }],
}

function corners(svg: string): number[][][] {
  return [...svg.matchAll(/class="line [ab]" d="M([^"]+)"/g)].map(([, path = '']) => path.split('L').map((corner) => corner.split(' ').map(Number)))
}

test('equal ratios lie equally far apart on a logarithmic axis, and y begins at 0', () => {
  const [[first = [], second = [], third = []] = []] = corners(plot([PANEL]))
  const [[x1 = 0, y1 = 0], [x2 = 0, y2 = 0], [x3 = 0, y3 = 0]] = [first, second, third]
  assert.equal(x2 - x1, x3 - x2)
  assert.ok(Math.abs((y1 + y3) / 2 - y2) <= 1, 'half of the value is half of the height')
})

test('a linear axis keeps distances', () => {
  const [[[x1 = 0] = [], [x2 = 0] = [], [x3 = 0] = []] = []] = corners(plot([{ ...PANEL, xScale: 'linear' }]))
  assert.ok(Math.abs((x3 - x1) / (x2 - x1) - 11) < 0.5)
})

test('a text is escaped, and two names never lie on each other', () => {
  const svg = plot([PANEL])
  assert.match(svg, /Cost &lt; gain/)
  const [a, b] = ['a', 'b'].map((name) => Number(new RegExp(` y="(\\d+)" text-anchor="start">${name}<`).exec(svg)?.[1]))
  assert.ok(Math.abs((a ?? 0) - (b ?? 0)) >= 14)
})
