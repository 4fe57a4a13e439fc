package org.treegrpo.core.learn;

import java.util.function.ToIntFunction;
import org.treegrpo.core.objective.Penalties;
import org.treegrpo.core.objective.Surrogate;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.core.tree.RoundKey;

/**
 * What the learner of a round is made from; each uses what it needs.
 *
 * @param key of the round's random numbers
 * @param sampler of the rollout
 * @param surrogate of an edge
 * @param clip half-width of the trust region of the ratio, in (0, 1)
 * @param clamp of the leaf advantages
 * @param penalties against the base policy
 * @param leaves of learners on leaves
 * @param maxBatch most rows of one forward pass
 * @param trees of the round
 * @param steps optimiser steps among which the round's trees are dealt
 * @param treeIndex position of a seed's tree in the round
 */
public record LearnContext(
    RoundKey key,
    Sampler sampler,
    Surrogate surrogate,
    double clip,
    double clamp,
    Penalties penalties,
    LeafSettings leaves,
    int maxBatch,
    int trees,
    int steps,
    ToIntFunction<TreeSeed> treeIndex) {}
