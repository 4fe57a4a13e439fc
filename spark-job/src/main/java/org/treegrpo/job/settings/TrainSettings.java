package org.treegrpo.job.settings;

import java.util.List;
import java.util.Optional;
import org.treegrpo.core.credit.AdvantageSettings;
import org.treegrpo.core.optim.Decay;
import org.treegrpo.core.transition.SamplerSettings;
import org.treegrpo.reward.RewardDefinition;

/**
 * Everything a run is configured by: the block {@code treegrpo}, checked. Every key is described in
 * {@code reference.conf}.
 *
 * @param seed of every random number
 * @param rounds to train in all, including those before a resume
 * @param budget what may end it earlier
 * @param runDir where everything is written; a local path or any Hadoop URI, empty if not given
 * @param method the preset that the other settings began with, see {@link Presets}
 * @param resolved the same settings as text, with their hash
 */
public record TrainSettings(
    long seed,
    int rounds,
    BudgetSettings budget,
    String runDir,
    String method,
    PolicySettings policy,
    PromptSettings prompts,
    SamplerSettings sampler,
    ForestSettings tree,
    List<RewardDefinition> rewards,
    AdvantageSettings advantage,
    UpdateSettings update,
    OptimizerSettings optimizer,
    EmaSettings ema,
    CheckpointSettings checkpoint,
    EvaluationSettings evaluation,
    AuditSettings audit,
    ExportSettings export,
    RewardWorkerSettings rewardWorkers,
    SelfCheckSettings selfCheck,
    GuardsSettings guards,
    ReportSettings report,
    ClusterSettings cluster,
    SecuritySettings security,
    GateSettings gate,
    NightlySettings nightly,
    PretrainSettings pretrain,
    CompareSettings compare,
    ResolvedConfig resolved) {

  public TrainSettings {
    rewards = List.copyOf(rewards);
  }

  /** Rewards with a weight above 0, in the order of the configuration. */
  public List<RewardDefinition> trainedRewards() {
    return rewards.stream().filter(reward -> reward.weight() > 0).toList();
  }

  /** The scale of guidance in evaluations. */
  public double evaluationGuidance() {
    double own = evaluation.guidanceScale();
    return own == 0 ? policy.guidance().scale() : own;
  }

  /** Most latents that are decoded at once. */
  public int decodeBatch() {
    return policy.decodeBatch() == 0 ? update.microBatch() : policy.decodeBatch();
  }

  /** Optimizer steps of the whole run. */
  public long optimizerSteps() {
    return (long) rounds * update.epochs() * update.stepsPerRound();
  }

  /**
   * What to tell where the run is over before the warm-up is, as when one round is tried. The
   * learning rate is not made to rise faster: so the run can be extended as if it had always been
   * longer.
   */
  public Optional<String> warmUpCut() {
    long steps = optimizer.warmUp().steps();
    if (steps <= optimizerSteps()) {
      return Optional.empty();
    }
    return Optional.of(
        "treegrpo.optimizer.warm-up-steps = %d: cut after the run's %d optimizer steps (rounds x update.epochs x update.steps-per-round), at %s of the learning rate %s"
            .formatted(
                steps,
                optimizerSteps(),
                Math.round(1000.0 * optimizerSteps() / steps) / 10.0 + " %",
                optimizer.learningRate()));
  }

  static TrainSettings read(SettingsReader reader) {
    OptimizerSettings optimizer = OptimizerSettings.read(reader.section("optimizer"));
    return new TrainSettings(
        reader.wholeNumber("seed", Long.MIN_VALUE, Long.MAX_VALUE),
        reader.integer("rounds", 1, 1_000_000),
        BudgetSettings.read(reader.section("budget")),
        reader.outputPath("run-dir"),
        reader.name("method", Presets::find, Presets::names),
        PolicySettings.read(reader.section("policy")),
        PromptSettings.read(reader.section("prompts")),
        Sections.sampler(reader.section("sampler")),
        ForestSettings.read(reader.section("tree")),
        Sections.rewards(reader),
        Sections.advantage(reader.section("advantage")),
        UpdateSettings.read(reader.section("update")),
        optimizer,
        EmaSettings.read(reader.section("ema")),
        CheckpointSettings.read(reader.section("checkpoint")),
        EvaluationSettings.read(reader.section("evaluation")),
        AuditSettings.read(reader.section("audit")),
        ExportSettings.read(reader.section("export")),
        RewardWorkerSettings.read(reader.section("reward-workers")),
        SelfCheckSettings.read(reader.section("self-check")),
        GuardsSettings.read(reader.section("guards")),
        ReportSettings.read(reader.section("report")),
        ClusterSettings.read(reader.section("cluster")),
        SecuritySettings.read(reader.section("security")),
        GateSettings.read(reader.section("gate")),
        NightlySettings.read(reader.section("nightly")),
        PretrainSettings.read(reader.section("pretrain")),
        CompareSettings.read(reader.section("compare")),
        ResolvedConfig.of(reader.block().values(), optimizer.decay() == Decay.CONSTANT));
  }
}
