package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.credit.AdvantageSettings;
import org.treegrpo.core.credit.Aggregation;
import org.treegrpo.core.credit.Backup;
import org.treegrpo.core.credit.GroupStatistics;
import org.treegrpo.core.credit.StdScope;
import org.treegrpo.core.learn.Edges;
import org.treegrpo.core.learn.LeafSettings;
import org.treegrpo.core.objective.EdgeReduction;
import org.treegrpo.core.objective.LeafWeighting;
import org.treegrpo.core.objective.Penalties;
import org.treegrpo.core.objective.Ppo;
import org.treegrpo.core.optim.AdamWSettings;
import org.treegrpo.core.optim.Decay;
import org.treegrpo.core.optim.WarmUp;
import org.treegrpo.core.policy.Checkpointing;
import org.treegrpo.core.policy.GuidedDenoiser.GuidanceGradient;
import org.treegrpo.core.policy.TrainableParameters;
import org.treegrpo.core.process.SigmaSchedule;
import org.treegrpo.core.transition.FlowSde;
import org.treegrpo.core.transition.SamplerSettings;
import org.treegrpo.core.transition.Tail;
import org.treegrpo.core.tree.TreeSettings;
import org.treegrpo.core.tree.TreeSettings.RootNoise;
import org.treegrpo.core.tree.TreeSettings.SiblingNoise;
import org.treegrpo.job.settings.ClusterSettings.Cpu;
import org.treegrpo.job.settings.GuardsSettings.Action;
import org.treegrpo.job.settings.GuardsSettings.Limit;
import org.treegrpo.reward.RewardDefinition;

/** The defaults are the paper's setting (ALGORITHMS.md section 1.6). */
class DefaultsTest {
  private final TrainSettings settings = Loading.minimal();

  @Test
  void theRunIsThePapers() {
    assertThat(settings.seed()).as("seed").isZero();
    assertThat(settings.rounds()).as("rounds").isEqualTo(250);
    assertThat(settings.budget()).as("budget").isEqualTo(new BudgetSettings(0, 0, 0));
    assertThat(settings.compare())
        .as("compare")
        .isEqualTo(
            new CompareSettings(
                List.of(1, 2, 3),
                new BudgetSettings(0, 0, 0),
                new CompareSettings.Turn(20, 60),
                List.of()));
    assertThat(settings.method()).as("method").isEqualTo("treegrpo");
    assertThat(settings.sampler())
        .as("sampler")
        .isEqualTo(
            new SamplerSettings(
                10, SigmaSchedule.FLOW_MATCH_EULER, 3, new FlowSde(), 0.7, Tail.SAME, 0.4));
    assertThat(settings.tree())
        .as("tree")
        .isEqualTo(
            new ForestSettings(
                3,
                3,
                List.of(),
                new WindowSettings(WindowSettings.Strategy.RANDOM, 0.5, 0, 1, 50),
                1,
                32,
                RootNoise.SHARED,
                SiblingNoise.INDEPENDENT,
                4,
                32));
    assertThat(settings.advantage())
        .as("advantage")
        .isEqualTo(
            new AdvantageSettings(
                new GroupStatistics(),
                Aggregation.NORMALISE_THEN_SUM,
                StdScope.GROUP,
                0,
                1e-4,
                5,
                16,
                Backup.SOFTMAX_MEAN_LOGP,
                0,
                false,
                false,
                AdvantageSettings.Group.PROMPT));
    assertThat(settings.update())
        .as("update")
        .isEqualTo(
            new UpdateSettings(
                new Edges(),
                new Ppo(),
                1e-4,
                1e-5,
                Penalties.NONE,
                1,
                1,
                16,
                Checkpointing.OFF,
                EdgeReduction.MEAN,
                new LeavesSettings(
                    new LeafSettings(6, LeafWeighting.UNIFORM, 1), LeavesSettings.Credit.LEAF),
                new LateAnchorSettings(0, 12, 3),
                new TrainedSettings(TrainedSettings.Strategy.ALL, 0.6),
                new PruningSettings(0, 30, PruningSettings.Width.NONE, 2),
                UpdateSettings.StepWeight.NONE,
                UpdateSettings.Gradients.FLOAT32,
                new OldPolicySettings(0.001, 0.5)));
    assertThat(settings.optimizer())
        .as("optimizer")
        .isEqualTo(
            new OptimizerSettings(
                1e-5, new AdamWSettings(0.9, 0.999, 1e-8, 0.01), new WarmUp(0), Decay.CONSTANT, 1));
  }

  @Test
  void theSurroundingsHaveDefaults() {
    assertThat(settings.policy())
        .as("policy")
        .isEqualTo(
            new PolicySettings(
                "/policy",
                "",
                PolicySettings.Type.AUTO,
                TrainableParameters.ALL,
                PolicySettings.Reference.START,
                new PolicySettings.Guidance(4.5, GuidanceGradient.CONDITIONAL_ONLY),
                "",
                PolicySettings.Device.AUTO,
                0,
                0,
                "",
                600));
    assertThat(settings.rewards())
        .as("rewards")
        .isEqualTo(
            List.of(new RewardDefinition("spelling", "ocr", 1, Duration.ofMinutes(1), Map.of())));
    assertThat(settings.ema()).as("ema").isEqualTo(new EmaSettings(false, 0.95));
    assertThat(settings.checkpoint()).as("checkpoint").isEqualTo(new CheckpointSettings(10, 3));
    assertThat(settings.evaluation())
        .as("evaluation")
        .isEqualTo(
            new EvaluationSettings(10, 0, 0, EvaluationSettings.From.HELD_OUT, "", 1, 10, 0, 0, 0));
    assertThat(settings.audit()).as("audit").isEqualTo(new AuditSettings(1));
    assertThat(settings.export()).as("export").isEqualTo(new ExportSettings(0));
    assertThat(settings.rewardWorkers())
        .as("reward-workers")
        .isEqualTo(new RewardWorkerSettings(0, 16, 0.2));
    assertThat(settings.selfCheck()).as("self-check").isEqualTo(new SelfCheckSettings(1e-5, 4));
    assertThat(settings.guards())
        .as("guards")
        .isEqualTo(
            new GuardsSettings(
                3,
                0.5,
                new Limit(0.5, Action.WARN),
                new Limit(0.01, Action.WARN),
                new Limit(0.5, Action.WARN),
                new Limit(10, Action.WARN),
                10,
                new Limit(10, Action.WARN),
                new Limit(0.1, Action.WARN),
                Action.STOP,
                new Limit(0.25, Action.WARN),
                new Limit(0.05, Action.WARN)));
    assertThat(settings.report())
        .as("report")
        .isEqualTo(new ReportSettings(8, new MlflowSettings("", "treegrpo", "")));
    assertThat(settings.cluster())
        .as("cluster")
        .isEqualTo(new ClusterSettings(Duration.ofMinutes(5), Cpu.SAME, Duration.ofMinutes(10)));
    assertThat(settings.security()).as("security").isEqualTo(new SecuritySettings(List.of()));
    assertThat(settings.gate())
        .as("gate")
        .isEqualTo(new GateSettings(0, 10, 0.02, 0.05, 0.9, 0.8, 0.1, 0.25, 10_000));
    assertThat(settings.nightly()).as("nightly").isEqualTo(new NightlySettings(false, ""));
  }

  @Test
  void oneShareHoldsOneTreeUnlessTold() {
    ForestSettings forest = Loading.minimal("treegrpo.tree.trees-per-prompt=2").tree();
    assertThat(forest.trees()).as("trees of a round").isEqualTo(64);
    assertThat(forest.shares()).as("shares = 0").isEqualTo(64);
    assertThat(forest.splitsTrees()).as("shares = 0").isFalse();
    assertThat(forest.groupSize()).as("leaves of a prompt").isEqualTo(54);
    assertThat(forest.trees(8))
        .as("what the trees need")
        .isEqualTo(new TreeSettings(RootNoise.SHARED, SiblingNoise.INDEPENDENT, 4, 8));
    assertThat(Loading.minimal("treegrpo.tree.shares=96").tree().splitsTrees())
        .as("96 shares of 32 trees")
        .isTrue();
  }

  @Test
  void noGradientNormMeansNoClipping() {
    assertThat(
            Loading.minimal("treegrpo.optimizer.max-gradient-norm=0").optimizer().maxGradientNorm())
        .as("0 switches clipping off")
        .isInfinite();
  }
}
