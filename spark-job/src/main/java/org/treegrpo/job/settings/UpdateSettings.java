package org.treegrpo.job.settings;

import org.treegrpo.core.learn.LearnerFactory;
import org.treegrpo.core.objective.EdgeReduction;
import org.treegrpo.core.objective.Penalties;
import org.treegrpo.core.objective.Surrogate;
import org.treegrpo.core.objective.SurrogateFactory;
import org.treegrpo.core.objective.SurrogateSettings;
import org.treegrpo.core.policy.Checkpointing;

/**
 * How a round's trees change the policy: the block {@code update}.
 *
 * @param learner makes what turns a rollout into batches to learn from
 * @param surrogate makes the loss of an edge (ALGORITHMS.md section 1.5)
 * @param clip epsilon of the ratio
 * @param divergence largest divergence of a step, for surrogates without a clip
 * @param penalties against the base policy
 * @param epochs passes over the trees of one round
 * @param stepsPerRound optimizer steps of one pass, each on prompts of its own
 * @param edgeReduction how the edges of one tree are joined
 * @param microBatch most rows of one forward pass, used alike when trees grow and when they are
 *     learned from
 * @param checkpointing what a forward pass keeps for its backward pass
 * @param gradients numbers of a share's gradient
 */
public record UpdateSettings(
    LearnerFactory learner,
    SurrogateFactory surrogate,
    double clip,
    double divergence,
    Penalties penalties,
    int epochs,
    int stepsPerRound,
    int microBatch,
    Checkpointing checkpointing,
    EdgeReduction edgeReduction,
    LeavesSettings leaves,
    LateAnchorSettings lateAnchor,
    TrainedSettings trainedSteps,
    PruningSettings pruning,
    StepWeight stepWeight,
    Gradients gradients,
    OldPolicySettings oldPolicy) {

  /** The numbers of a share's gradient; sums are of float32. */
  public enum Gradients {
    FLOAT32,
    /** Half of the bytes where an executor sends the gradient of one share. */
    BFLOAT16
  }

  /** How much the edges of a denoising step count. */
  public enum StepWeight {
    /** Alike. */
    NONE,
    /** By the noise of their step, g sqrt(-d), scaled to mean 1 over the steps (TempFlow-GRPO). */
    NOISE
  }

  /** What a clip is that was not given. */
  static final double DEFAULT_CLIP = 1e-4;

  /** The loss of an edge. */
  public Surrogate edgeLoss() {
    return surrogate.create(new SurrogateSettings(clip, divergence));
  }

  static UpdateSettings read(SettingsReader reader) {
    return new UpdateSettings(
        reader.service("learner", LearnerFactory.class),
        reader.service("surrogate", SurrogateFactory.class),
        reader.decimal("clip", Range.open(0, 1)),
        reader.decimal("divergence", Range.above(0)),
        new Penalties(
            reader.decimal("kl", Range.atLeast(0)),
            reader.decimal("velocity-kl", Range.atLeast(0)),
            reader.decimal("norm-guard", Range.atLeast(0))),
        reader.integer("epochs", 1, Integer.MAX_VALUE),
        reader.integer("steps-per-round", 1, Integer.MAX_VALUE),
        reader.integer("micro-batch", 1, 4096),
        reader.choice("checkpointing", Checkpointing.class),
        reader.choice("edge-reduction", EdgeReduction.class),
        LeavesSettings.read(reader.section("leaves")),
        LateAnchorSettings.read(reader.section("late-anchor")),
        TrainedSettings.read(reader.section("trained-steps")),
        PruningSettings.read(reader.section("pruning")),
        reader.choice("step-weight", StepWeight.class),
        reader.choice("gradients", Gradients.class),
        OldPolicySettings.read(reader.section("old-policy")));
  }
}
