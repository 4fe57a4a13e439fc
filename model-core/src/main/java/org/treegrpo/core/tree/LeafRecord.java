package org.treegrpo.core.tree;

/** One leaf: {@code seed} indexes the share's seeds, {@code path} has the tree's full depth. */
public record LeafRecord(int seed, NodePath path) {}
