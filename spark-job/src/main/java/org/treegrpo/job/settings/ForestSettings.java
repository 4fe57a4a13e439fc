package org.treegrpo.job.settings;

import java.util.List;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.tree.TreeSettings;
import org.treegrpo.core.tree.TreeSettings.RootNoise;

/**
 * The trees of a round: the block {@code tree}.
 *
 * @param branching k of every tree
 * @param width w of every tree
 * @param treesPerPrompt their leaves form one group
 * @param shares units of work of a round, never 0; more than {@link #trees} means one share for
 *     each subtree below the first window step
 */
public record ForestSettings(
    int branching,
    int width,
    WindowSettings window,
    int treesPerPrompt,
    int promptsPerRound,
    RootNoise rootNoise,
    int shares) {

  /** Most leaves of one tree. */
  static final int MAX_LEAVES = 65_536;

  static ForestSettings read(SettingsReader reader) {
    int branching = reader.integer("branching", 1, MAX_LEAVES);
    int width = reader.integer("width", 1, 1000);
    WindowSettings window = WindowSettings.read(reader.section("window"));
    int treesPerPrompt = reader.integer("trees-per-prompt", 1, 4096);
    int promptsPerRound = reader.integer("prompts-per-round", 1, MAX_LEAVES);
    RootNoise rootNoise = reader.choice("root-noise", RootNoise.class);
    int shares = reader.integer("shares", 0, Integer.MAX_VALUE);
    return new ForestSettings(
        branching,
        width,
        window,
        treesPerPrompt,
        promptsPerRound,
        rootNoise,
        shares == 0 ? treesPerPrompt * promptsPerRound : shares);
  }

  /** Trees of a round. */
  public int trees() {
    return treesPerPrompt * promptsPerRound;
  }

  /**
   * What is dealt to the optimiser steps of a round: its prompts if each has shares of its own,
   * else its shares.
   */
  public int dealtUnits() {
    return shares % promptsPerRound == 0 ? promptsPerRound : shares;
  }

  /** True if every share is one subtree below the first window step. */
  public boolean splitsTrees() {
    return shares > trees();
  }

  /**
   * What the steps of a tree do.
   *
   * @param start of the window
   * @param steps T
   */
  public BranchSchedule schedule(int start, int steps) {
    return BranchSchedule.window(steps, start, branching, width);
  }

  /** The parts that each tree is grown in: the tree, or its subtrees below the first step. */
  public List<Topology> parts(Topology tree) {
    return splitsTrees() ? tree.split(1) : List.of(tree);
  }

  /** Leaves of one prompt's group. */
  public int groupSize() {
    return Math.multiplyExact(treesPerPrompt, schedule(0, width).leaves());
  }

  /**
   * The part that the trees themselves need.
   *
   * @param maxBatch {@link UpdateSettings#microBatch}
   */
  public TreeSettings trees(int maxBatch) {
    return new TreeSettings(rootNoise, maxBatch);
  }
}
