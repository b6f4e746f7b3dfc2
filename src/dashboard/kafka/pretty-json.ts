const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g
const INDENT = '  '

/** JSON with a line per member, or null where the text isn't JSON. Numbers stay as they were sent: parsed and printed they lose digits. */
export function prettyJson(text: string): string | null {
  try {
    JSON.parse(text)
  } catch {
    return null
  }
  const tokens = text.match(TOKENS) ?? []
  let depth = 0
  let pretty = ''
  const newLine = (): void => { pretty += `\n${INDENT.repeat(depth)}` }
  for (const [index, token] of tokens.entries()) {
    if (token === '{' || token === '[') {
      pretty += token
      depth++
      if (!isClosing(tokens[index + 1])) newLine()
    } else if (isClosing(token)) {
      depth--
      if (!isOpening(tokens[index - 1])) newLine()
      pretty += token
    } else if (token === ',') {
      pretty += token
      newLine()
    } else {
      pretty += token === ':' ? ': ' : token
    }
  }
  return pretty
}

function isOpening(token: string | undefined): boolean {
  return token === '{' || token === '['
}

function isClosing(token: string | undefined): boolean {
  return token === '}' || token === ']'
}
