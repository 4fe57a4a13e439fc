package org.treegrpo.job.settings;

import org.treegrpo.core.process.BetaSchedule;
import org.treegrpo.core.process.Family;
import org.treegrpo.core.process.LossWeighting;
import org.treegrpo.core.process.NoiseSchedule;
import org.treegrpo.core.process.Prediction;
import org.treegrpo.core.process.TimestepSpacing;

/**
 * How a base policy is made from rendered words.
 *
 * @param letters letters in every word
 * @param network size of the network
 * @param optimisation the training loop
 * @param objective what the network learns to predict
 * @param threads that compute gradients, 0 = as many as there are processors; the result does not
 *     depend on it
 * @param maxMinutes stops, resumable, when one run has taken so long
 * @param checkpointEvery steps between two saved states
 * @param evaluateEvery steps between two evaluations on the way; 0 = only at the end
 */
public record PretrainSettings(
    int letters,
    Network network,
    Optimisation optimisation,
    Objective objective,
    int threads,
    int maxMinutes,
    int checkpointEvery,
    int evaluateEvery) {

  /** Width of one letter's cell in pixels. */
  public static final int CELL = 16;

  /** Height of a picture in pixels. */
  public static final int HEIGHT = 24;

  /**
   * Size of the diffusion transformer.
   *
   * @param patch side of a patch in pixels
   * @param width embedding width
   * @param layers transformer blocks
   * @param heads attention heads
   */
  public record Network(int patch, int width, int layers, int heads) {

    static Network read(SettingsReader reader) {
      int patch = reader.integer("patch", 1, 24);
      int width = reader.integer("width", 1, 8192);
      int layers = reader.integer("layers", 1, 256);
      int heads = reader.integer("heads", 1, 256);
      if (reader.clean("patch") && (CELL % patch != 0 || HEIGHT % patch != 0)) {
        reader.problem(
            "patch", "must divide a cell of %d x %d pixels evenly".formatted(CELL, HEIGHT), "");
      }
      if (reader.clean("width", "heads") && width % heads != 0) {
        reader.problem("heads", "must divide the width %d evenly".formatted(width), "");
      }
      return new Network(patch, width, layers, heads);
    }
  }

  /**
   * The training loop.
   *
   * @param steps optimizer steps in all; a finished run goes on where more are asked for
   * @param batch examples a step
   * @param shards equal parts of the batch, evaluated one by one and summed in order
   * @param learningRate after the warm-up
   * @param warmUpSteps of the learning rate, linear
   * @param weightDecay of AdamW
   * @param maxGradientNorm the gradient is scaled down to it
   * @param emaDecay of the averaged weights, which are the ones written
   * @param dropRate share of examples whose word is hidden, for classifier-free guidance
   * @param wordShare share of examples that are training words; the others are random letters
   * @param sigmaShift s of sigma = s u / (1 + (s - 1) u), u uniform in (0, 1); 1 leaves sigma
   *     uniform
   */
  public record Optimisation(
      int steps,
      int batch,
      int shards,
      double learningRate,
      int warmUpSteps,
      double weightDecay,
      double maxGradientNorm,
      double emaDecay,
      double dropRate,
      double wordShare,
      double sigmaShift) {

    /** The same loop, longer or shorter. */
    public Optimisation withSteps(int otherSteps) {
      return new Optimisation(
          otherSteps,
          batch,
          shards,
          learningRate,
          warmUpSteps,
          weightDecay,
          maxGradientNorm,
          emaDecay,
          dropRate,
          wordShare,
          sigmaShift);
    }

    private static Optimisation read(SettingsReader reader) {
      int steps = reader.integer("steps", 1, 10_000_000);
      int batch = reader.integer("batch", 1, 65_536);
      int shards = reader.integer("shards", 1, 4096);
      if (reader.clean("batch", "shards") && batch % shards != 0) {
        reader.problem("shards", "must divide the batch of %d evenly".formatted(batch), "");
      }
      return new Optimisation(
          steps,
          batch,
          shards,
          reader.decimal("learning-rate", Range.above(0)),
          reader.integer("warm-up-steps", 0, 10_000_000),
          reader.decimal("weight-decay", Range.atLeast(0)),
          reader.decimal("max-gradient-norm", Range.above(0)),
          reader.decimal("ema-decay", Range.halfOpen(0, 1)),
          reader.decimal("drop-rate", Range.closed(0, 1)),
          reader.decimal("word-share", Range.closed(0, 1)),
          reader.decimal("sigma-shift", Range.above(0)));
    }
  }

  /**
   * What the network learns to predict, and along which process.
   *
   * @param prediction a flow's velocity, or what a diffusion predicts
   * @param lossWeighting of the squared error
   * @param scheduler noise schedule of a diffusion; a flow has no use for it
   */
  public record Objective(
      Prediction prediction, LossWeighting lossWeighting, NoiseSchedule scheduler) {

    private static Objective read(SettingsReader reader) {
      Prediction prediction = reader.choice("prediction", Prediction.class);
      LossWeighting weighting = reader.choice("loss-weighting", LossWeighting.class);
      NoiseSchedule scheduler = scheduler(reader.section("scheduler"));
      if (prediction.family() == Family.DIFFUSION && reader.clean("prediction", "scheduler")) {
        scheduler
            .refusal(prediction)
            .ifPresent(
                why ->
                    reader.problem(
                        "prediction", "does not go with pretrain.scheduler, which " + why, ""));
      }
      return new Objective(prediction, weighting, scheduler);
    }

    private static NoiseSchedule scheduler(SettingsReader reader) {
      int steps = reader.integer("num-train-timesteps", 2, 1 << 20);
      double start = reader.decimal("beta-start", Range.open(0, 1));
      double end = reader.decimal("beta-end", Range.open(0, 1));
      if (reader.clean("beta-start", "beta-end") && end < start) {
        reader.problem("beta-end", "must be at least beta-start %s".formatted(start), "");
      }
      return new NoiseSchedule(
          steps,
          start,
          end,
          reader.choice("beta-schedule", BetaSchedule.class),
          reader.flag("rescale-betas-zero-snr"),
          reader.choice("timestep-spacing", TimestepSpacing.class),
          reader.integer("steps-offset", 0, Math.max(0, steps - 1)));
    }
  }

  static PretrainSettings read(SettingsReader reader) {
    return new PretrainSettings(
        reader.integer("letters", 1, 64),
        Network.read(reader.section("network")),
        Optimisation.read(reader),
        Objective.read(reader),
        reader.integer("threads", 0, 1024),
        reader.integer("max-minutes", 1, 100_000),
        reader.integer("checkpoint-every", 1, 10_000_000),
        reader.integer("evaluate-every", 0, 10_000_000));
  }
}
