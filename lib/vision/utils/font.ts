// Letters of 5 x 7 dots for names on pictures: the same pixels on every machine, without a font file.

import type { Canvas } from './canvas.js'
import type { Rgb } from './color.js'

/** The rows of a letter: seven, and one below the line. */
const ROWS = 8

/**
 * The letters from the space to the tilde: for each the columns from left to right as two hexadecimal
 * digits, of which the least bit is the topmost dot.
 */
const GLYPHS = `
000000 5f 070007 147f147f14 242a7f2a12 2313086462 3649552250 07 1c2241 41221c 14083e0814
08083e0808 8060 08080808 6060 2010080402 3e5149453e 427f40 4261514946 2141454b31 1814127f10
2745454539 3c4a494930 0171090503 3649494936 064949291e 36 8066 08142241 1414141414 41221408
0201510906 3e415d551e 7e1111117e 7f49494936 3e41414122 7f4141221c 7f49494941 7f09090901
3e4149497a 7f0808087f 417f41 2040413f01 7f08142241 7f40404040 7f020c027f 7f0408107f 3e4141413e
7f09090906 3e4151215e 7f09192946 4649494931 01017f0101 3f4040403f 1f2040201f 3f4038403f
6314081463 0708700807 6151494543 7f4141 0204081020 41417f 0402010204 8080808080 010204
2054545478 7f48444438 3844444420 384444487f 3854545418 087e090102 18a4a4a47c 7f08040478 447d40
80847d 7f102844 417f40 7c04180478 7c08040478 3844444438 fc24242418 18242428fc 7c08040408
4854545420 043f444020 3c4040207c 1c2040201c 3c4030403c 4428102844 1ca0a0a07c 4464544c44
083641 ff 413608 0804081008`

const TABLE = GLYPHS.trim().split(/\s/)
/** What stands for a letter that is not in the table: an empty box. */
const UNKNOWN = '7f4141417f'

/** The columns of each letter of a text. Letters with accents lose them: there is no room. */
function glyphsOf(text: string): number[][] {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '')
  return Array.from(plain, (letter) => {
    const code = letter.codePointAt(0) as number
    const digits = TABLE[code - 0x20] ?? UNKNOWN
    return Array.from(digits.match(/../g) as string[], (column) => Number.parseInt(column, 16))
  })
}

/** Pixels of width and height that a text takes, when each dot of a letter is `scale` pixels wide. */
export function textSize(text: string, scale: number): { width: number; height: number } {
  const columns = glyphsOf(text).reduce((sum, glyph) => sum + glyph.length + 1, 0)
  return { width: Math.max(columns - 1, 0) * scale, height: ROWS * scale }
}

/** As much of the beginning of a text as fits into `width` pixels, with dots where it is cut. */
export function fitText(text: string, width: number, scale: number): string {
  if (textSize(text, scale).width <= width) return text
  const letters = Array.from(text)
  for (let kept = letters.length - 1; kept > 0; kept--) {
    const cut = `${letters.slice(0, kept).join('').trimEnd()}..`
    if (textSize(cut, scale).width <= width) return cut
  }
  return ''
}

/** Writes a text with its upper left corner at (x, y). */
export function drawText(
  canvas: Canvas,
  x: number,
  y: number,
  text: string,
  color: Rgb,
  scale: number,
): void {
  let left = x
  for (const glyph of glyphsOf(text)) {
    for (const column of glyph) {
      for (let row = 0; row < ROWS; row++) {
        if (((column >> row) & 1) === 0) continue
        const top = y + row * scale
        canvas.fill(left, top, left + scale - 1, top + scale - 1, color)
      }
      left += scale
    }
    left += scale
  }
}
