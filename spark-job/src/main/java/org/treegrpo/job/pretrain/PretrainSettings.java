package org.treegrpo.job.pretrain;

import java.nio.file.Path;
import org.treegrpo.core.policy.PolicySpec.NetworkSpec;
import org.treegrpo.core.transition.SigmaSchedule;

/**
 * How a base policy is made from rendered words (the {@code pretrain} block).
 *
 * @param seed fixes every random number of the run
 * @param output policy directory to be written
 * @param state directory of the state that an interrupted run goes on from
 * @param trainPrompts JSONL of the words that may be drawn besides random letter strings
 * @param evaluationPrompts JSONL of the words that are evaluated and never drawn
 * @param letters letters in every word
 * @param network size of the network
 * @param optimisation the training loop
 * @param threads tasks that compute gradients; the result does not depend on it
 * @param maxMinutes stops, resumable, when this run has taken so long
 * @param checkpointEvery steps between two saved states
 * @param evaluation how the policy is evaluated
 */
public record PretrainSettings(
    long seed,
    Path output,
    Path state,
    Path trainPrompts,
    Path evaluationPrompts,
    int letters,
    NetworkSpec network,
    Optimisation optimisation,
    int threads,
    int maxMinutes,
    int checkpointEvery,
    Evaluation evaluation) {

  /**
   * The training loop.
   *
   * @param steps optimiser steps in all; a finished run goes on where more are asked for
   * @param batch examples a step
   * @param shards equal parts of the batch, evaluated one by one and summed in order; divides batch
   * @param learningRate after the warm-up
   * @param warmUpSteps of the learning rate, linear
   * @param weightDecay of AdamW
   * @param maxGradientNorm the gradient is scaled down to it
   * @param emaDecay of the averaged weights, which are the ones written
   * @param dropRate share of examples whose word is hidden, for classifier-free guidance
   * @param wordShare share of examples that are training words; the others are random letters
   * @param sigmaShift s of sigma = s u / (1 + (s - 1) u), u uniform in (0, 1); 1 leaves sigma uniform
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

    public Optimisation {
      if (shards < 1 || batch < shards || batch % shards != 0) {
        throw new IllegalArgumentException(
            "pretrain.shards: %d must divide pretrain.batch %d into equal parts"
                .formatted(shards, batch));
      }
      if (steps < 1) {
        throw new IllegalArgumentException("pretrain.steps: must be at least 1, was " + steps);
      }
      requireShare("pretrain.drop-rate", dropRate);
      requireShare("pretrain.word-share", wordShare);
      if (!(sigmaShift > 0 && Double.isFinite(sigmaShift))) {
        throw new IllegalArgumentException(
            "pretrain.sigma-shift: must be positive, was " + sigmaShift);
      }
    }

    private static void requireShare(String key, double value) {
      if (!(value >= 0 && value <= 1)) {
        throw new IllegalArgumentException("%s: must lie in 0..1, was %s".formatted(key, value));
      }
    }
  }

  /**
   * How the policy is evaluated: ODE sampling without guidance.
   *
   * @param every steps between two evaluations on the way; 0 evaluates at the end only
   * @param imagesPerWord pictures of each word
   * @param steps T
   * @param schedule noise levels of the sampling
   * @param shift of the schedule
   * @param seed of the initial noise
   */
  public record Evaluation(int every, int imagesPerWord, int steps, SigmaSchedule schedule, double shift, long seed) {}

  /**
   * The network of the given size for the letters and cells of the renderer.
   *
   * @param patch side of a patch in pixels
   */
  public static NetworkSpec network(int patch, int width, int layers, int heads) {
    return new NetworkSpec(
        patch, width, layers, heads, WordRenderer.ALPHABET, WordRenderer.CELL);
  }

  public PretrainSettings {
    if (threads < 1) {
      throw new IllegalArgumentException("pretrain.threads: must be at least 1, was " + threads);
    }
    if (letters < 1) {
      throw new IllegalArgumentException("pretrain.letters: must be at least 1, was " + letters);
    }
    if (maxMinutes < 1) {
      throw new IllegalArgumentException(
          "pretrain.max-minutes: must be at least 1, was " + maxMinutes);
    }
    if (checkpointEvery < 1) {
      throw new IllegalArgumentException(
          "pretrain.checkpoint-every: must be at least 1, was " + checkpointEvery);
    }
  }
}
