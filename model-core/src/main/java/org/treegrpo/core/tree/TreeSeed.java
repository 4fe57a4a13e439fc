package org.treegrpo.core.tree;

import org.treegrpo.core.policy.Conditioning;

/**
 * What one tree, or one subtree of a tree, grows from. Together with (run seed, round, window
 * start) it determines every random number.
 *
 * @param promptId id of the prompt, part of every random key
 * @param tree index of the tree among the prompt's trees
 * @param prefix empty for a whole tree; otherwise the subtree below this path: the nodes on the
 *     path are recomputed, their siblings belong to other seeds. An edge on the path is owned
 *     (recorded and trained) only by the seed whose remaining prefix indices are all 0, so that
 *     every edge of the tree is owned exactly once
 * @param conditioning of the prompt
 */
public record TreeSeed(String promptId, int tree, NodePath prefix, Conditioning conditioning) {}
