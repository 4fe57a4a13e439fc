package org.treegrpo.job.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.transition.SamplerSettings;
import org.treegrpo.core.tree.TreeSettings;
import org.treegrpo.core.tree.TreeSettings.RootNoise;
import org.treegrpo.core.tree.TreeSettings.SiblingNoise;

/**
 * The trees of a round: the block {@code tree}.
 *
 * @param branching k of every tree
 * @param width w of every tree; 0 where every step is deterministic
 * @param splits the steps of the window, counted from its start, at which nodes branch; empty = all
 * @param treesPerPrompt their leaves form one group
 * @param siblingNoise how the noises of a node's children hang together
 * @param siblingSpread s of {@link SiblingNoise#SHARED_XI}
 * @param shares units of work of a round, never 0; more than {@link #trees} means one share for
 *     each subtree below a window step, see {@link #splitDepth}
 */
public record ForestSettings(
    int branching,
    int width,
    List<Integer> splits,
    WindowSettings window,
    int treesPerPrompt,
    int promptsPerRound,
    RootNoise rootNoise,
    SiblingNoise siblingNoise,
    double siblingSpread,
    int shares) {

  /** Most leaves of one tree. */
  static final int MAX_LEAVES = 65_536;

  static ForestSettings read(SettingsReader reader) {
    int branching = reader.integer("branching", 1, MAX_LEAVES);
    int width = reader.integer("width", 0, 1000);
    List<Integer> splits = reader.integers("splits", 0, 1000);
    WindowSettings window = WindowSettings.read(reader.section("window"));
    int treesPerPrompt = reader.integer("trees-per-prompt", 1, 4096);
    int promptsPerRound = reader.integer("prompts-per-round", 1, MAX_LEAVES);
    RootNoise rootNoise = reader.choice("root-noise", RootNoise.class);
    SiblingNoise siblingNoise = reader.choice("sibling-noise", SiblingNoise.class);
    double siblingSpread = reader.decimal("sibling-spread", Range.above(0));
    int shares = reader.integer("shares", 0, Integer.MAX_VALUE);
    return new ForestSettings(
        branching,
        width,
        splits,
        window,
        treesPerPrompt,
        promptsPerRound,
        rootNoise,
        siblingNoise,
        siblingSpread,
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

  /** True if every share is one subtree below a window step. */
  public boolean splitsTrees() {
    return shares > trees();
  }

  /**
   * The depth below whose nodes the trees are cut into shares: the first at which they have as many
   * nodes together as there are shares. 0 where no tree is cut, negative where no depth fits.
   */
  public int splitDepth() {
    if (!splitsTrees()) {
      return 0;
    }
    List<Long> sizes = splitSizes();
    return sizes.contains((long) shares) ? sizes.indexOf((long) shares) + 1 : -1;
  }

  /** What is wrong with the number of shares, if anything. */
  Optional<String> sharesProblem() {
    if (splitsTrees() ? splitDepth() > 0 : trees() % shares == 0) {
      return Optional.empty();
    }
    String sizes =
        splitSizes().stream()
            .filter(size -> size > trees())
            .distinct()
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    String split = sizes.isEmpty() ? "" : ", or be one of %s to split them below a window step";
    return Optional.of(
        "must divide the %d trees of a round evenly".formatted(trees()) + split.formatted(sizes));
  }

  /** Shares of a round whose trees are cut below each depth, from the first on. */
  private List<Long> splitSizes() {
    List<Long> sizes = new ArrayList<>();
    long nodes = trees();
    for (int children : children()) {
      nodes = Math.min(Integer.MAX_VALUE, nodes * children);
      sizes.add(nodes);
    }
    return sizes;
  }

  /**
   * What the steps of a tree do.
   *
   * @param start of the window
   */
  public BranchSchedule schedule(int start, SamplerSettings sampler) {
    return new BranchSchedule(sampler.steps(), start, children(), sampler.tailSteps(start + width));
  }

  /** Children of a node at each step of the window. */
  List<Integer> children() {
    return IntStream.range(0, width)
        .mapToObj(step -> splits.isEmpty() || splits.contains(step) ? branching : 1)
        .toList();
  }

  /** Leaves of one tree. */
  public long leaves() {
    long leaves = 1;
    for (int children : children()) {
      leaves = Math.min(Integer.MAX_VALUE, leaves * children);
    }
    return leaves;
  }

  /** The parts that each tree is grown in: the tree, or its subtrees below a depth. */
  public List<Topology> parts(Topology tree) {
    return splitsTrees() ? tree.split(splitDepth()) : List.of(tree);
  }

  /** Leaves of one prompt's group. */
  public int groupSize() {
    return Math.toIntExact(treesPerPrompt * leaves());
  }

  /**
   * The part that the trees themselves need.
   *
   * @param maxBatch {@link UpdateSettings#microBatch}
   */
  public TreeSettings trees(int maxBatch) {
    return new TreeSettings(rootNoise, siblingNoise, siblingSpread, maxBatch);
  }
}
