package org.treegrpo.job.round;

import org.treegrpo.core.topology.Forest;

/**
 * The unit of work, of retry and of summation: a fixed set of trees, or a subtree of one.
 *
 * @param index position in the round, 0 .. S-1
 * @param step which of the round's optimiser steps learns from it, 0 ..
 * @param forest what grows
 */
public record Share(int index, int step, Forest forest) {}
