import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { concatBytes } from "../../bitcoin/bytes.ts";
import { merklePath, merkleRoot } from "../../bitcoin/merkle.ts";
import { merkleSubtree, merkleTree, treePath, treeRoot } from "./merkle_tree.ts";

const leaf = fc.uint8Array({ minLength: 32, maxLength: 32 });
const leaves = fc.array(leaf, { minLength: 1, maxLength: 70 });

Deno.test("merkleTree() has the root and the path that the plain way gives", () => {
  fc.assert(fc.property(leaves, (leaves) => {
    const tree = merkleTree(concatBytes(...leaves));
    deepStrictEqual(treeRoot(tree), merkleRoot(leaves));
    deepStrictEqual(treePath(tree), merklePath(leaves.slice(1)));
  }));
});

Deno.test("merkleSubtree() is the tree over the leaves that were kept", () => {
  const keeping = leaves.chain((leaves) =>
    fc.record({
      leaves: fc.constant(leaves),
      // Most of what is kept is the beginning, as when a template is cut.
      from: fc.nat(leaves.length),
      wanted: fc.array(fc.boolean(), { minLength: leaves.length, maxLength: leaves.length }),
    })
  );
  fc.assert(fc.property(keeping, ({ leaves, from, wanted }) => {
    const kept = [...leaves.keys()].filter((i) => i === 0 || i < from || wanted[i]);
    deepStrictEqual(
      merkleSubtree(merkleTree(concatBytes(...leaves)), Uint32Array.from(kept)),
      merkleTree(concatBytes(...kept.flatMap((i) => leaves[i] ?? []))),
    );
  }));
});
