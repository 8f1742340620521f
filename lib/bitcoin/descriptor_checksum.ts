// BIP 380. Every third character is followed by a symbol that says which groups the three are of.

const INPUT =
  "0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";
const CHECKSUM = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR = [0xf5dee51989n, 0xa9fdca3312n, 0x1bab10e32dn, 0x3706b1677an, 0x644d626ffdn];

/**
 * The eight characters that follow `descriptor` and a `#`.
 *
 * @returns `undefined` if the descriptor has a character that none may have.
 */
export function descriptorChecksum(descriptor: string): string | undefined {
  let state = 1n;
  let group = 0;
  let count = 0;
  for (const character of descriptor) {
    const position = INPUT.indexOf(character);
    if (position < 0) return undefined;
    state = absorb(state, position & 31);
    group = group * 3 + (position >> 5);
    count += 1;
    if (count === 3) {
      state = absorb(state, group);
      group = 0;
      count = 0;
    }
  }
  if (count > 0) state = absorb(state, group);
  for (let i = 0; i < 8; i++) state = absorb(state, 0);
  state ^= 1n;
  return Array.from({ length: 8 }, (_, i) => CHECKSUM[Number(state >> BigInt(35 - 5 * i) & 31n)])
    .join("");
}

function absorb(state: bigint, symbol: number): bigint {
  const top = state >> 35n;
  const next = (state & 0x7ffffffffn) << 5n ^ BigInt(symbol);
  return GENERATOR.reduce(
    (sum, generator, i) => (top >> BigInt(i) & 1n) === 1n ? sum ^ generator : sum,
    next,
  );
}
