package org.treegrpo.core.topology;

/**
 * What one tree, or one subtree of a tree, grows from. Together with (run seed, round) it
 * determines every random number.
 *
 * @param promptId id of the prompt, part of every random key
 * @param tree index of the tree among the prompt's trees
 * @param topology its nodes
 */
public record TreeSeed(String promptId, int tree, Topology topology) {}
