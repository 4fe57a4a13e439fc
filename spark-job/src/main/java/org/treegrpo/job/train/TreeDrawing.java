package org.treegrpo.job.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.treegrpo.core.topology.NodePath;
import org.treegrpo.core.topology.TreeSeed;
import org.treegrpo.job.executor.TreePictures;
import org.treegrpo.job.images.GrownTree;
import org.treegrpo.job.images.GrownTree.Kind;
import org.treegrpo.job.images.Png;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.round.ScoredShare;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.reward.arrow.RewardRow;

/** Joins the images of one tree with its rewards and advantages. */
final class TreeDrawing {

  private TreeDrawing() {}

  static GrownTree of(
      RoundPlan plan,
      TrainSettings settings,
      ScoredShare scored,
      double[] edgeAdvantages,
      double[] leafTotals,
      TreePictures pictures) {
    TreeSeed seed = plan.shares().get(pictures.share()).seeds().get(0);
    Map<String, Double> advantages = new HashMap<>();
    for (int i = 0; i < edgeAdvantages.length; i++) {
      if (scored.edges().get(i).seed() == 0) {
        advantages.put(scored.edges().get(i).path().toString(), edgeAdvantages[i]);
      }
    }
    Map<String, Double> rewards = new HashMap<>();
    for (int i = 0; i < leafTotals.length; i++) {
      RewardRow row = scored.rewards().rows().get(i);
      if (row.promptId().equals(seed.promptId()) && row.tree() == seed.tree()) {
        rewards.put(row.path(), leafTotals[i]);
      }
    }
    TreeShape shape = settings.tree().shape();
    int steps = settings.sampler().steps();
    List<GrownTree.Node> nodes = new ArrayList<>();
    for (int i = 0; i < pictures.paths().length; i++) {
      String path = pictures.paths()[i];
      int depth = NodePath.parse(path).depth();
      Kind kind = depth == 0 ? Kind.ROOT : depth < shape.width() ? Kind.INNER : Kind.LEAF;
      nodes.add(
          new GrownTree.Node(
              path,
              depth,
              kind == Kind.LEAF ? steps : plan.key().windowStart() + depth,
              kind,
              advantages.getOrDefault(path, Double.NaN),
              rewards.getOrDefault(path, Double.NaN),
              Png.base64(Png.image(pictures.images()[i], pictures.height(), pictures.width()))));
    }
    return new GrownTree(
        plan.round(),
        seed.promptId(),
        text(plan, seed),
        seed.tree(),
        shape.branching(),
        shape.width(),
        plan.key().windowStart(),
        steps,
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
