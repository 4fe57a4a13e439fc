package org.treegrpo.job.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.EvaluationRecord.Label;
import org.treegrpo.job.metrics.GuardRecord;
import org.treegrpo.job.metrics.ImageStatistics;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RoundMetrics.NetworkEvaluations;
import org.treegrpo.job.metrics.RoundMetrics.PhaseSeconds;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;

class GuardsTest {

  private static final String AT_ONCE = "patience=1";

  private static TrainSettings settings(String... guards) {
    List<String> overrides = new ArrayList<>();
    for (String guard : guards) {
      overrides.add("treegrpo." + (guard.startsWith("/") ? guard.substring(1) : "guards." + guard));
    }
    return new SettingsLoader(reward -> List.of())
        .parse(
            """
            treegrpo {
              run-dir = /run, policy { path = /policy, guidance.scale = 1 }
              prompts { train = /t, evaluation = /e }
              tree { prompts-per-round = 8, trees-per-prompt = 2 }
              rewards = [ { name = spelling, type = ocr } ]
            }
            """,
            "test",
            overrides,
            Use.TRAIN);
  }

  /** A round of which nobody could complain; the figures that are not NaN replace its own. */
  private record Figures(
      int zeroVariance, double ratio, double clipped, double gap, double norm, double rms) {

    static final Figures FINE = new Figures(0, 0, 0, Double.NaN, 1, 1e-3);

    RoundMetrics of(int round) {
      return round(round, this, 0.01, 0.001);
    }
  }

  private static RoundMetrics round(int round, Figures figures, double kl, double penalty) {
    return new RoundMetrics(
        round,
        0,
        new PhaseSeconds(1, 0, 0, 1, 0, 0, 2),
        null,
        new NetworkEvaluations(1, 1, 1),
        1,
        1,
        1,
        Map.of(),
        1,
        figures.zeroVariance,
        figures.ratio,
        figures.clipped,
        kl,
        penalty,
        figures.gap,
        figures.norm,
        figures.rms,
        2,
        1e-4,
        "",
        0);
  }

  private static EvaluationRecord evaluation(
      int round, double judge, double ci95, double diversity, double brightness) {
    return new EvaluationRecord(
        round,
        new Label("ode", 4, 1, false),
        3,
        Map.of(
            "spelling", new HeldOutReward(0.9 - 0.1 * round, 0, true, null),
            "judge", new HeldOutReward(judge, ci95, false, null)),
        diversity,
        new ImageStatistics(0.001, .2, .2, brightness, .2, .2, .2, .2));
  }

  private static Figures figures(String guard, double value) {
    return switch (guard) {
      case "zero-variance-groups" -> new Figures((int) value, 0, 0, Double.NaN, 1, 1e-3);
      case "ratio-deviation" -> new Figures(0, value, 0, Double.NaN, 1, 1e-3);
      case "clip-fraction" -> new Figures(0, 0, value, Double.NaN, 1, 1e-3);
      case "gradient-rms" -> new Figures(0, 0, 0, Double.NaN, 1, value);
      case "old-policy-gap" -> new Figures(0, Double.NaN, Double.NaN, value, 1, 1e-3);
      default -> throw new IllegalArgumentException(guard);
    };
  }

  private static List<String> acts(List<GuardRecord> acts) {
    return acts.stream().map(act -> act.guard() + " " + act.action()).toList();
  }

  private static Guards resumed(Guards guards, TrainSettings settings) {
    return Guards.of(settings, state(guards.extra()), List.of());
  }

  private static CheckpointState state(Map<String, String> extra) {
    return new CheckpointState(1, 1, 1, "", "", new TreeMap<>(extra));
  }

  @ParameterizedTest
  @CsvSource({
    // value just short of the threshold, value at it
    "zero-variance-groups, 3, 4, in 4 of 8 groups all images score the same",
    "ratio-deviation, 0.00999, 0.01, |ratio - 1| is up to 0.0100",
    "clip-fraction, 0.499, 0.5, 50 % of the edges are clipped",
    "gradient-rms, 1e-7, 9.9e-8, 9.9 x treegrpo.optimizer.epsilon"
  })
  void aGuardActsAtItsThresholdAndNotBefore(String guard, double before, double at, String text) {
    Guards guards = Guards.of(settings(AT_ONCE));
    assertThat(guards.look(figures(guard, before).of(1), 0)).as("before").isEmpty();
    List<GuardRecord> acts = guards.look(figures(guard, at).of(2), 0);
    assertThat(acts(acts)).as("at it").containsExactly(guard + " warn");
    assertThat(acts.get(0).text())
        .as("what was measured, against which key, and what to look at")
        .contains("round 2: ", text, "(treegrpo.guards." + guard + ".threshold = ", "; look at ");
    assertThat(guards.rate()).as("a warning leaves the rate").isEqualTo(1);
  }

  @Test
  void groupsAreTreesWhereTreesAreCompared() {
    Guards guards = Guards.of(settings(AT_ONCE, "/advantage.group=tree"));
    assertThat(guards.look(figures("zero-variance-groups", 7).of(1), 0)).as("of 16").isEmpty();
    assertThat(guards.look(figures("zero-variance-groups", 8).of(2), 0)).as("half").hasSize(1);
  }

  @Test
  void noGradientAtAllIsNoSmallOne() {
    Guards guards = Guards.of(settings(AT_ONCE));
    assertThat(guards.look(figures("gradient-rms", 0).of(1), 0)).isEmpty();
  }

  @Test
  void aGapToTheOldPolicyActsAtZeroAfterTheFirstRoundAndAtItsThreshold() {
    String learner = "/update.learner=diffusion-nft";
    Guards guards = Guards.of(settings(AT_ONCE, learner, "old-policy-gap.action=lower-rate"));
    assertThat(guards.look(figures("old-policy-gap", 0).of(1), 0)).as("first round").isEmpty();
    assertThat(guards.look(figures("old-policy-gap", 0.0999).of(2), 0)).as("below").isEmpty();
    assertThat(acts(guards.look(figures("old-policy-gap", 0).of(3), 0)))
        .as("a lower rate would keep them one")
        .containsExactly("old-policy-gap warn");
    assertThat(acts(guards.look(figures("old-policy-gap", 0.1).of(4), 0)))
        .as("at the threshold")
        .containsExactly("old-policy-gap lower-rate");
  }

  @Test
  void theGradientsNormIsHeldAgainstTheMedianOfTheRoundsBefore() {
    Guards guards = Guards.of(settings("gradient-norm.window=3"));
    double[] norms = {1, 50, 2, 19.9, 21, 198, 210};
    List<Integer> acted = new ArrayList<>();
    for (int i = 0; i < norms.length; i++) {
      Figures figures = new Figures(0, 0, 0, Double.NaN, norms[i], 1e-3);
      guards = resumed(guards, settings("gradient-norm.window=3"));
      if (!guards.look(figures.of(i + 1), 0).isEmpty()) {
        acted.add(i + 1);
      }
    }
    assertThat(acted)
        .as("medians from round 4 on: 2, 19.9, 19.9, 21; 210 is 10 x 21")
        .containsExactly(7);
  }

  @Test
  void whatWaversMustBeBeyondForSomeRoundsInARow() {
    TrainSettings settings = settings("clip-fraction.action=stop");
    Guards guards = Guards.of(settings);
    Figures bad = figures("clip-fraction", 0.6);
    List<String> calm = new ArrayList<>();
    List<Integer> acted = new ArrayList<>();
    Figures[] rounds = {bad, bad, Figures.FINE, bad, bad, bad, bad};
    for (int i = 0; i < rounds.length; i++) {
      guards = resumed(guards, settings);
      if (!guards.look(rounds[i].of(i + 1), 0).isEmpty()) {
        acted.add(i + 1);
      }
      calm.add(guards.areCalm() ? "calm" : "counts");
    }
    assertThat(acted).as("three in a row, then counted anew").containsExactly(6);
    assertThat(calm)
        .as("no checkpoint of a round that may be one of those that stop the run")
        .containsExactly("counts", "counts", "calm", "counts", "counts", "calm", "counts");
  }

  @Test
  void theRateIsLoweredOnceInSomeRoundsWhoeverAsksForIt() {
    TrainSettings settings =
        settings(
            "patience=2",
            "rate-factor=0.25",
            "clip-fraction.action=lower-rate",
            "ratio-deviation.action=lower-rate");
    Guards guards = Guards.of(settings);
    List<Double> rates = new ArrayList<>();
    List<String> acted = new ArrayList<>();
    for (int round = 1; round <= 4; round++) {
      guards = resumed(guards, settings);
      acted.addAll(acts(guards.look(new Figures(0, 1, 1, Double.NaN, 1, 1e-3).of(round), 0)));
      rates.add(guards.rate());
    }
    assertThat(rates).as("after each round").containsExactly(1.0, 0.25, 0.25, 0.0625);
    assertThat(acted)
        .as("the first lowers it, the other says so")
        .containsExactly(
            "ratio-deviation lower-rate",
            "clip-fraction warn",
            "ratio-deviation lower-rate",
            "clip-fraction warn");
    assertThat(resumed(guards, settings()).rate())
        .as("where nobody may lower it any more, it is the configured one")
        .isEqualTo(1);
  }

  @Test
  void whatIsNotFiniteActsAtOnce() {
    TrainSettings settings = settings("not-finite.action=lower-rate");
    Guards guards = Guards.of(settings);
    List<GuardRecord> acts = guards.look(Figures.FINE.of(1), 2);
    assertThat(acts(acts)).as("steps left out").containsExactly("not-finite lower-rate");
    assertThat(acts.get(0).text()).contains("2 optimizer steps are left out");
    Guards byDefault = Guards.of(settings());
    assertThat(acts(byDefault.look(round(1, Figures.FINE, 0, Double.NaN), 0)))
        .as("a penalty")
        .containsExactly("not-finite stop");
    assertThat(acts(byDefault.look(round(2, Figures.FINE, Double.POSITIVE_INFINITY, 0), 0)))
        .as("a KL")
        .containsExactly("not-finite stop");
  }

  @ParameterizedTest
  @CsvSource({"0.7499, true", "0.7501, false", "1.2499, false", "1.251, true"})
  void theLookOfPicturesIsHeldAgainstTheFirstEvaluation(double brightness, boolean acts) {
    Guards guards = Guards.of(settings());
    assertThat(guards.look(evaluation(0, 0.5, 0, 0.4, 1))).as("the first").isEmpty();
    List<GuardRecord> later = guards.look(evaluation(10, 0.5, 0, 0.4, brightness));
    assertThat(acts(later)).isEqualTo(acts ? List.of("drift warn") : List.of());
    if (acts) {
      assertThat(later.get(0).text()).contains("held-out after round 10: brightness of the");
    }
  }

  @Test
  void picturesOfAPromptThatBecomeAlikeAreDrift() {
    Guards guards = Guards.of(settings());
    guards.look(evaluation(0, 0.5, 0, 0.4, 1));
    assertThat(guards.look(evaluation(10, 0.5, 0, 0.29, 1)).get(0).text())
        .contains("diversity of the held-out images is 0.2900, was 0.4000");
  }

  @ParameterizedTest
  @CsvSource({
    "0.4751, 0.01, false",
    "0.4749, 0.01, true",
    "0.4749, 0.03, false", // within the interval
    "0.4749, NaN, true", // of one prompt
    "0.6, 0.01, false",
    "NaN, 0.01, false"
  })
  void aRewardThatIsNotTrainedMayNotFallBeyondChance(double judge, double ci95, boolean acts) {
    Guards guards = Guards.of(settings());
    guards.look(evaluation(0, 0.5, ci95, 0.4, 1));
    assertThat(acts(guards.look(evaluation(10, judge, ci95, 0.4, 1))))
        .as("spelling falls too, and is trained")
        .isEqualTo(acts ? List.of("held-out warn") : List.of());
  }

  @Test
  void anEvaluationIsLookedAtOnceAndKeptWithTheCheckpoint() {
    TrainSettings settings = settings("drift.action=lower-rate", "/evaluation.every=10");
    Guards guards = Guards.of(settings);
    guards.look(evaluation(0, 0.5, 0, 0.4, 1));
    guards = resumed(guards, settings);
    assertThat(acts(guards.look(evaluation(10, 0.5, 0, 0.4, 2))))
        .as("against the first, which the checkpoint kept")
        .containsExactly("drift lower-rate");
    guards = resumed(guards, settings);
    assertThat(guards.look(evaluation(10, 0.5, 0, 0.4, 2))).as("again").isEmpty();
    assertThat(acts(guards.look(evaluation(13, 0.5, 0, 0.4, 2))))
        .as("a longer run makes no evaluation there")
        .containsExactly("drift warn");
    assertThat(guards.rate()).isEqualTo(0.5);
  }

  @Test
  void aCheckpointOfAVersionWithoutGuardsIsGoneOnWith() {
    Guards guards = Guards.of(settings(), state(Map.of()), List.of(evaluation(0, 0.5, 0, 0.4, 1)));
    assertThat(acts(guards.look(evaluation(10, 0.5, 0, 0.4, 2))))
        .as("against the first on record")
        .containsExactly("drift warn");
    assertThatThrownBy(() -> Guards.of(settings(), state(Map.of("guards", "[]")), List.of()))
        .hasMessageContaining("state.json: extra.guards must be");
  }

  @Test
  void aGuardThatIsOffSaysNothing() {
    Guards guards = Guards.of(settings(AT_ONCE, "clip-fraction.action=off"));
    assertThat(guards.look(figures("clip-fraction", 1).of(1), 0)).isEmpty();
  }
}
