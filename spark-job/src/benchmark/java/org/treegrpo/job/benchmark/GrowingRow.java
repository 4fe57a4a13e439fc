package org.treegrpo.job.benchmark;

import java.util.List;
import java.util.function.Function;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.tree.TreeGrower;
import org.treegrpo.core.tree.TreeSettings;
import org.treegrpo.job.round.RoundPlan;

/** Growing a share's trees by depth, in batches, against one sample at a time. */
final class GrowingRow implements Row {

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    try (QuickStartModel model = new QuickStartModel(bench)) {
      RoundPlan plan = model.recipe().plan(1);
      TreeSettings trees = model.recipe().trees();
      TreeGrower byDepth = new TreeGrower(model.denoiser(), model.recipe().sampler(), trees);
      TreeGrower oneByOne =
          new TreeGrower(
              model.denoiser(), model.recipe().sampler(), new TreeSettings(trees.rootNoise(), 1));
      Function<String, Conditioning> conditioning = model.conditioning(plan);
      grow(byDepth, plan, conditioning);
      Comparison times =
          Comparison.inTurns(
              2 * bench.repetitions() + 1,
              () -> grow(oneByOne, plan, conditioning),
              () -> grow(byDepth, plan, conditioning));
      return List.of(
          Finding.of(
              "Growing a share of two trees: one sample at a time / by depth in batches of "
                  + trees.maxBatch(),
              Bar.atLeast(1.5, "%.2f×"),
              times.ratio(),
              times.seconds()));
    }
  }

  private static double grow(
      TreeGrower grower, RoundPlan plan, Function<String, Conditioning> conditioning) {
    return Comparison.time(
        () -> grower.grow(plan.key(), plan.shares().get(0).forest(), conditioning).close());
  }
}
