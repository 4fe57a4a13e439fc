package org.treegrpo.job.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.treegrpo.core.credit.Credit;
import org.treegrpo.core.topology.BranchSchedule;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.job.executor.TreePictures;
import org.treegrpo.job.images.GrownTree;
import org.treegrpo.job.images.GrownTree.Kind;
import org.treegrpo.job.images.Png;
import org.treegrpo.job.round.RoundPlan;

/** Joins the images of one tree with its rewards and advantages. */
final class TreeDrawing {

  private TreeDrawing() {}

  static GrownTree of(RoundPlan plan, Credit edges, double[] leafTotals, TreePictures pictures) {
    Forest forest = plan.shares().get(pictures.share()).forest();
    TreeSeed seed = forest.trees().get(0);
    Topology topology = seed.topology();
    double[] advantages = new double[topology.nodes()];
    double[] rewards = new double[topology.nodes()];
    Arrays.fill(advantages, Double.NaN);
    Arrays.fill(rewards, Double.NaN);
    for (int edge = 0; edge < edges.size(); edge++) {
      int row = forest.row(edge);
      if (forest.tree(row) == 0) {
        advantages[forest.node(row)] = edges.scored(edge);
      }
    }
    for (int leaf = 0; leaf < leafTotals.length; leaf++) {
      int row = forest.leafRow(leaf);
      if (forest.tree(row) == 0) {
        rewards[forest.node(row)] = leafTotals[leaf];
      }
    }
    BranchSchedule schedule = topology.schedule();
    List<GrownTree.Node> nodes = new ArrayList<>();
    for (int i = 0; i < pictures.nodes().length; i++) {
      int node = pictures.nodes()[i];
      int depth = topology.depth(node);
      Kind kind = depth == 0 ? Kind.ROOT : depth < schedule.depths() ? Kind.INNER : Kind.LEAF;
      nodes.add(
          new GrownTree.Node(
              topology.path(node).toString(),
              depth,
              kind == Kind.LEAF ? schedule.steps() : schedule.start() + depth,
              kind,
              advantages[node],
              rewards[node],
              Png.base64(Png.image(pictures.images()[i], pictures.height(), pictures.width()))));
    }
    return new GrownTree(
        plan.round(),
        seed.promptId(),
        text(plan, seed),
        seed.tree(),
        Collections.max(schedule.branching()),
        schedule.depths(),
        schedule.start(),
        schedule.steps(),
        nodes);
  }

  private static String text(RoundPlan plan, TreeSeed seed) {
    return plan.prompts().stream()
        .filter(prompt -> prompt.id().equals(seed.promptId()))
        .findFirst()
        .orElseThrow()
        .text();
  }
}
