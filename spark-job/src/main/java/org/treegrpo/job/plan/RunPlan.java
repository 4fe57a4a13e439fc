package org.treegrpo.job.plan;

import java.util.List;
import java.util.Objects;
import org.treegrpo.core.policy.Checkpointing;
import org.treegrpo.core.policy.TrainableParameters;
import org.treegrpo.core.tensor.ArchiveHeader.Parameter;
import org.treegrpo.core.topology.Topology;
import org.treegrpo.core.transition.Sampler;
import org.treegrpo.job.settings.Problem;
import org.treegrpo.job.settings.SettingsException;
import org.treegrpo.job.settings.TrainSettings;

/**
 * What a run would do. Made from values only: nothing is read or written.
 *
 * @param leaves of a round
 * @param parents of a round
 * @param edges of a round
 * @param evaluations of the run, with those before the first and after the last round
 * @param evaluatedPrompts of one evaluation
 * @param checkpoints written in the run
 */
public record RunPlan(
    TrainSettings settings,
    PlanInputs inputs,
    RoundWork work,
    MemoryEstimate memory,
    DeviceMemory device,
    long leaves,
    long parents,
    long edges,
    int evaluations,
    int evaluatedPrompts,
    int checkpoints) {

  /**
   * Works the plan out.
   *
   * @throws SettingsException if the settings do not fit the policy or the prompts
   */
  public static RunPlan of(TrainSettings settings, PlanInputs inputs) {
    checkParameters(settings, inputs);
    checkPrompts(settings, inputs);
    checkTransition(settings, inputs);
    int trees = settings.tree().trees();
    Topology tree = Topology.of(settings.tree().schedule(0, settings.sampler()));
    int most = settings.evaluation().prompts();
    return new RunPlan(
        settings,
        inputs,
        RoundWork.of(settings, inputs.policy().prediction().family()),
        MemoryEstimate.of(settings, inputs),
        device(settings, inputs),
        (long) trees * tree.leaves(),
        (long) trees * tree.parents(),
        (long) trees * tree.edges(),
        1 + due(settings.evaluation().every(), settings.rounds()),
        most == 0 ? inputs.evaluationPrompts() : Math.min(most, inputs.evaluationPrompts()),
        due(settings.checkpoint().every(), settings.rounds()));
  }

  /** Network evaluations of one held-out evaluation, per sample. */
  public long evaluationWork() {
    return (long) evaluatedPrompts
        * settings.evaluation().imagesPerPrompt()
        * settings.evaluation().steps()
        * (settings.evaluationGuidance() == 1 ? 1 : 2);
  }

  /** How often something is done every so many rounds and after the last one. */
  private static int due(int every, int rounds) {
    return every == 0 ? 1 : (rounds + every - 1) / every;
  }

  private static void checkParameters(TrainSettings settings, PlanInputs inputs) {
    List<Parameter> frozen = inputs.parameters().frozen();
    for (String pattern : settings.policy().trainable().patterns()) {
      if (TrainableParameters.matched(pattern, inputs.parameters().trained()).findAny().isEmpty()) {
        long matched = TrainableParameters.matched(pattern, frozen).count();
        throw problem(
            "treegrpo.policy.trainable",
            pattern,
            matched == 0
                ? "must match a parameter of %s; it matches none of its %d"
                    .formatted(
                        inputs.policy().file(),
                        inputs.parameters().trained().size() + frozen.size())
                : "must match a parameter of %s that requires a gradient; the %d that it matches are frozen in the archive"
                    .formatted(inputs.policy().file(), matched));
      }
    }
    if (inputs.trained() == 0) {
      throw problem(
          "treegrpo.policy.path",
          settings.policy().path(),
          "must have at least one parameter to train; none of %s requires a gradient"
              .formatted(inputs.policy().file()));
    }
  }

  /** Refused where the settings name a device that is too small for it. */
  private static DeviceMemory device(TrainSettings settings, PlanInputs inputs) {
    DeviceMemory memory = DeviceMemory.of(settings, inputs);
    long there = (long) (settings.policy().deviceMemoryGib() * (1L << 30));
    if (there > 0 && memory.total() > there && memory.isBoundByDecoding(there)) {
      int rows = memory.largestDecodeBatch(there);
      throw problem(
          "treegrpo.policy.decode-batch",
          Integer.toString(settings.policy().decodeBatch()),
          "must be small enough for a device of treegrpo.policy.device-memory-gib %s: the networks need about %s with %d latents decoded at once; %s"
              .formatted(
                  settings.policy().deviceMemoryGib(),
                  Bytes.format(memory.total()),
                  settings.decodeBatch(),
                  rows > 0
                      ? rows + " fits"
                      : "not one fits; export the policy for smaller pictures, or use larger devices"));
    }
    if (there > 0 && memory.total() > there) {
      int rows = memory.largestBatch(there, settings.policy().decodeBatch() == 0);
      boolean blocks =
          settings.update().checkpointing() == Checkpointing.OFF
              && inputs.policy().segments() > 0
              && memory.isBoundByLearning(there);
      throw problem(
          "treegrpo.update.micro-batch",
          Integer.toString(settings.update().microBatch()),
          "must be small enough for a device of treegrpo.policy.device-memory-gib %s: the networks need about %s; %s"
              .formatted(
                  settings.policy().deviceMemoryGib(),
                  Bytes.format(memory.total()),
                  rows > 0
                      ? "%d fits%s"
                          .formatted(
                              rows, blocks ? ", and more with update.checkpointing = blocks" : "")
                      : blocks
                          ? "set update.checkpointing = blocks, or export the policy with bfloat16 weights"
                          : "no batch fits; export the policy with bfloat16 weights or for smaller pictures, drop the penalties, or use larger devices"));
    }
    return memory;
  }

  private static void checkPrompts(TrainSettings settings, PlanInputs inputs) {
    int perRound = settings.tree().promptsPerRound();
    if (perRound > inputs.trainPrompts()) {
      throw problem(
          "treegrpo.tree.prompts-per-round",
          Integer.toString(perRound),
          "must be at most the %d prompts of treegrpo.prompts.train"
              .formatted(inputs.trainPrompts()));
    }
  }

  private static void checkTransition(TrainSettings settings, PlanInputs inputs) {
    try {
      Sampler.of(settings.sampler(), inputs.policy().prediction(), inputs.policy().noiseSchedule());
    } catch (IllegalArgumentException mismatch) {
      throw problem(
          "treegrpo.sampler.transition",
          settings.sampler().transition().name(),
          Objects.requireNonNullElse(mismatch.getMessage(), mismatch.toString()));
    }
  }

  private static SettingsException problem(String key, String value, String rule) {
    return new SettingsException(List.of(new Problem(key, value, rule, "", "")));
  }
}
