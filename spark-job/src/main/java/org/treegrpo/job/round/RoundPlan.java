package org.treegrpo.job.round;

import java.util.BitSet;
import java.util.List;
import org.treegrpo.core.credit.Status;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.core.tree.RoundKey;

/**
 * What one round does: a function of the settings and the round's number only, so that driver and
 * executors derive the same plan.
 *
 * @param key keys every random number of the round
 * @param prompts the round's prompts; prompt p has trees {@code p * treesPerPrompt ..}
 * @param treesPerPrompt trees of one prompt, together one advantage group
 * @param topology of each whole tree of the round
 * @param depths status of the edges of each depth, unless they are failed or pruned
 * @param shares all trees, each edge owned by exactly one share
 */
public record RoundPlan(
    RoundKey key,
    List<Prompt> prompts,
    int treesPerPrompt,
    Topology topology,
    List<Status> depths,
    List<Share> shares) {

  public RoundPlan {
    prompts = List.copyOf(prompts);
    depths = List.copyOf(depths);
    shares = List.copyOf(shares);
  }

  public int round() {
    return key.round();
  }

  /** Position in the round of a tree of a prompt. */
  public int treeIndex(String promptId, int tree) {
    for (int i = 0; i < prompts.size(); i++) {
      if (prompts.get(i).id().equals(promptId)) {
        return i * treesPerPrompt + tree;
      }
    }
    throw new IllegalArgumentException("prompt %s is not in round %d".formatted(promptId, round()));
  }

  /** Position in the round of a seed's tree. */
  public int treeIndex(TreeSeed seed) {
    return treeIndex(seed.promptId(), seed.tree());
  }

  /** A prompt of the round. */
  public Prompt prompt(String promptId) {
    return prompts.get(treeIndex(promptId, 0) / treesPerPrompt);
  }

  /** Optimiser steps that share the round's trees, each with shares of its own. */
  public int steps() {
    return shares.stream().mapToInt(Share::step).max().orElse(0) + 1;
  }

  /** Shares that an optimiser step does not learn from. */
  public BitSet absentFrom(int step) {
    BitSet absent = new BitSet();
    shares.stream()
        .filter(share -> share.step() != step)
        .forEach(share -> absent.set(share.index()));
    return absent;
  }

  /** First stochastic step. */
  public int windowStart() {
    return topology.schedule().start();
  }

  /** Trees of the round. */
  public int trees() {
    return prompts.size() * treesPerPrompt;
  }
}
