package org.treegrpo.job.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.treegrpo.core.credit.Credit;
import org.treegrpo.core.credit.ShareCredit;
import org.treegrpo.core.credit.Status;
import org.treegrpo.core.learn.LearnLoop;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.core.tree.ParentBatch;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.job.round.RoundPlan;

/**
 * Training by parent against training by edge. By edge, every parent is evaluated once for each of
 * its k children, with the other children masked; the sum of the gradients is the same.
 */
final class LearningRow implements Row {

  private static final double SAME_GRADIENT = 1e-4;

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    try (QuickStartModel model = new QuickStartModel(bench)) {
      RoundPlan plan = model.recipe().plan(1);
      TreeGrower grower =
          new TreeGrower(model.denoiser(), model.recipe().sampler(), model.recipe().trees());
      try (GrownShare share =
          grower.grow(plan.key(), plan.shares().get(0).forest(), model.conditioning(plan))) {
        return List.of(measure(bench, model, share));
      }
    }
  }

  private static Finding measure(Bench bench, QuickStartModel model, GrownShare share)
      throws Exception {
    int branching = model.recipe().settings().tree().branching();
    double[] advantages = advantages(share.forest().edges());
    double[][] oneChild = new double[branching][];
    for (int child = 0; child < branching; child++) {
      oneChild[child] = onlyChild(share, advantages, child);
    }
    checkSameGradient(gradient(model, share, advantages), gradient(model, share, oneChild));
    Comparison times =
        Comparison.inTurns(
            2 * bench.repetitions() + 1,
            () -> Comparison.time(() -> gradient(model, share, oneChild)),
            () -> Comparison.time(() -> gradient(model, share, advantages)));
    return Finding.of(
        "Training a share for k = %d: by edge / by parent".formatted(branching),
        Bar.atLeast(2, "%.2f×"),
        times.ratio(),
        times.seconds());
  }

  /** Draws +1 or -1 for each edge. */
  private static double[] advantages(int edges) {
    SplittableRandom random = new SplittableRandom(1);
    double[] advantages = new double[edges];
    Arrays.setAll(advantages, edge -> random.nextBoolean() ? 1 : -1);
    return advantages;
  }

  private static double[] onlyChild(GrownShare share, double[] advantages, int child) {
    double[] masked = new double[advantages.length];
    Arrays.fill(masked, Double.NaN);
    for (ParentBatch batch : share.parentBatches()) {
      for (int row = 0; row < batch.rows(); row++) {
        int edge = batch.firstEdge(row) + child;
        masked[edge] = advantages[edge];
      }
    }
    return masked;
  }

  private static float[] gradient(QuickStartModel model, GrownShare share, double[]... passes) {
    LearnLoop loop = new LearnLoop(model.denoiser(), Optional.empty(), Optional.empty());
    double[] weights = new double[share.forest().edges()];
    Arrays.fill(weights, 1.0 / weights.length);
    for (double[] advantages : passes) {
      loop.learn(
          model.recipe().learner(model.recipe().plan(1)), share, credit(advantages, weights));
    }
    float[] gradient = new float[model.policy().parameters().size()];
    model.policy().drainGradient(gradient);
    return gradient;
  }

  /** NaN masks an edge. */
  private static ShareCredit credit(double[] advantages, double[] weights) {
    Status[] statuses =
        Arrays.stream(advantages)
            .mapToObj(advantage -> Double.isNaN(advantage) ? Status.PRUNED : Status.TRAINED)
            .toArray(Status[]::new);
    Credit leaves = new Credit(new double[0], new double[0], new Status[0]);
    return new ShareCredit(new Credit(advantages, weights, statuses), leaves);
  }

  private static void checkSameGradient(float[] byParent, float[] byEdge) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < byParent.length; i++) {
      difference += Math.pow((double) byParent[i] - byEdge[i], 2);
      norm += (double) byParent[i] * byParent[i];
    }
    double relative = Math.sqrt(difference / norm);
    if (!(relative < SAME_GRADIENT)) {
      throw new IllegalStateException(
          "the gradients by parent and by edge differ by %s of their norm, more than %s"
              .formatted(relative, SAME_GRADIENT));
    }
  }
}
