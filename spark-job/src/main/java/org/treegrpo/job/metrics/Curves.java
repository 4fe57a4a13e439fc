package org.treegrpo.job.metrics;

import java.util.LinkedHashMap;
import java.util.Map;

/** The figures of a run that are drawn over its rounds, by the names that tools show them under. */
public final class Curves {

  private final Map<String, Double> values = new LinkedHashMap<>();

  private Curves() {}

  /** A round's; NaN = not measured. */
  public static Map<String, Double> of(RoundMetrics metrics) {
    Curves curves = new Curves();
    metrics
        .reward()
        .forEach(
            (name, reward) -> {
              curves.put("reward/" + name, reward.mean());
              curves.put("reward/" + name + "_std", reward.std());
              curves.put("reward/" + name + "_failed", reward.failed());
            });
    RoundMetrics.PhaseSeconds seconds = metrics.seconds();
    curves.put("seconds/grow", seconds.grow());
    curves.put("seconds/score", seconds.score());
    curves.put("seconds/advantage", seconds.advantage());
    curves.put("seconds/learn", seconds.learn());
    curves.put("seconds/update", seconds.update());
    curves.put("seconds/checkpoint", seconds.checkpoint());
    curves.put("seconds/total", seconds.total());
    curves.put("model_seconds/rollout", metrics.modelSeconds().rollout());
    curves.put("model_seconds/learn", metrics.modelSeconds().learn());
    curves.put("model_seconds/reward", metrics.modelSeconds().reward());
    curves.put("nfe/rollout", metrics.nfe().rollout());
    curves.put("nfe/train_forward", metrics.nfe().trainForward());
    curves.put("nfe/train_backward", metrics.nfe().trainBackward());
    curves.put("tree/window_start", metrics.windowStart());
    curves.put("tree/leaves", metrics.leaves());
    curves.put("tree/parents", metrics.parents());
    curves.put("tree/edges", metrics.edges());
    curves.put("tree/shares_regrown", metrics.sharesRegrown());
    curves.put("advantage/std", metrics.advantageStd());
    curves.put("advantage/zero_variance_groups", metrics.zeroVarianceGroups());
    curves.put("update/ratio_max_deviation", metrics.ratioMaxDeviation());
    curves.put("update/clip_fraction", metrics.clipFraction());
    curves.put("update/approx_kl", metrics.approxKl());
    curves.put("update/penalty", metrics.penalty());
    curves.put("update/old_policy_gap", metrics.oldPolicyGap());
    curves.put("update/gradient_norm", metrics.gradientNorm());
    curves.put("update/gradient_rms", metrics.gradientRms());
    curves.put("update/tensors_with_gradient", metrics.tensorsWithGradient());
    curves.put("update/learning_rate", metrics.learningRate());
    return curves.values;
  }

  /** An evaluation's; averaged weights have curves of their own. */
  public static Map<String, Double> of(EvaluationRecord evaluation) {
    String prefix = evaluation.label().ema() ? "held_out_ema/" : "held_out/";
    Curves curves = new Curves();
    evaluation
        .reward()
        .forEach(
            (name, reward) -> {
              curves.put(prefix + name, reward.mean());
              if (reward.exact() != null) {
                curves.put(prefix + name + "_exact", reward.exact());
              }
            });
    curves.put(prefix + "diversity", evaluation.diversity());
    evaluation
        .images()
        .byName()
        .forEach((name, value) -> curves.put(prefix + "image/" + name, value));
    return curves.values;
  }

  private void put(String name, long count) {
    put(name, (double) count);
  }

  private void put(String name, double value) {
    values.put(name, value);
  }
}
