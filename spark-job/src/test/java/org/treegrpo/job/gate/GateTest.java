package org.treegrpo.job.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.EvaluationRecord.Label;
import org.treegrpo.job.metrics.ImageStatistics;
import org.treegrpo.job.settings.GateSettings;

class GateTest {

  private static final GateSettings SETTINGS =
      new GateSettings(0, 10, 0.02, 0.05, 0.9, 0.8, 0.1, 0.25, 2000);
  private static final Gate GATE = new Gate(SETTINGS, 5);

  /** Prompts around a mean, each with its own offset that all policies share. */
  private static Judged policy(
      double trained, double judge, double diversity, double brightness, double... noise) {
    double[] byPrompt = new double[12];
    for (int i = 0; i < byPrompt.length; i++) {
      byPrompt[i] = trained + i + (noise.length == 0 ? 0 : noise[i % noise.length]);
    }
    Map<String, HeldOutReward> rewards = new LinkedHashMap<>();
    rewards.put("ocr", new HeldOutReward(trained, 0.1, true, null));
    rewards.put("judge", new HeldOutReward(judge, 0.1, false, null));
    ImageStatistics images =
        new ImageStatistics(0.004, 0.002, 0.05, brightness, 0.3, 0.2, 0.1, 0.4);
    return new Judged(
        new EvaluationRecord(0, new Label("ode", 10, 1, false), 12, rewards, diversity, images),
        byPrompt,
        Map.of());
  }

  private static final Judged BASE = policy(0.5, 0.6, 0.2, 0.8);

  private static List<String> broken(Judged candidate, Judged incumbent, Judged base) {
    return GATE.judge(candidate, incumbent, base).rules().stream()
        .filter(rule -> !rule.passed())
        .map(GateRule::name)
        .toList();
  }

  @Test
  void anHonestCandidatePasses() {
    GateVerdict verdict = GATE.judge(policy(0.6, 0.61, 0.19, 0.78, 0.02, -0.02), BASE, BASE);
    assertThat(verdict.passed()).as(verdict.reasons()).isTrue();
    assertThat(verdict.reasons()).as("nothing to say").isEmpty();
    assertThat(verdict.rules())
        .as("rules")
        .extracting(GateRule::name)
        .startsWith(
            "trained",
            "held-out.judge",
            "held-out-total.judge",
            "diversity",
            "diversity-total",
            "drift.border-noise")
        .endsWith("drift-total.between-prompts")
        .hasSize(5 + 2 * 8);
  }

  @Test
  void aRiseWithinTheNoiseIsRefusedAsSuch() {
    GateVerdict verdict = GATE.judge(policy(0.52, 0.6, 0.2, 0.8, 0.5, -0.5, 0.1, -0.1), BASE, BASE);
    assertThat(verdict.reasons())
        .startsWith("trained: +0.0200 (95 % interval -")
        .endsWith("it must lie above 0.0, within the noise of the prompts");
    assertThat(broken(policy(0.4, 0.6, 0.2, 0.8), BASE, BASE)).containsExactly("trained");
  }

  @Test
  void whoeverHacksTheRewardIsRefusedForIt() {
    assertThat(broken(policy(0.9, 0.5, 0.2, 0.8), BASE, BASE))
        .as("another judge sees less")
        .containsExactly("held-out.judge", "held-out-total.judge");
    assertThat(broken(policy(0.9, 0.6, 0.1, 0.8), BASE, BASE))
        .as("all images alike")
        .containsExactly("diversity", "diversity-total");
    assertThat(broken(policy(0.9, 0.6, 0.2, 0.5), BASE, BASE))
        .as("dark")
        .containsExactly("drift.brightness", "drift-total.brightness");
  }

  @Test
  void thirtyNightsOfSmallDriftEndInTheTotal() {
    Judged incumbent = BASE;
    int night = 0;
    List<String> broken = List.of();
    while (broken.isEmpty() && night < 30) {
      night++;
      Judged candidate = policy(0.5 + 0.02 * night, 0.6, 0.2, 0.8 - 0.01 * night);
      broken = broken(candidate, incumbent, BASE);
      incumbent = candidate;
    }
    assertThat(broken).as("night %d", night).containsExactly("drift-total.brightness");
    assertThat(night).as("a quarter of .8, by .01 a night").isEqualTo(21);
  }

  @Test
  void whatWasNotMeasuredIsNotHeld() {
    Judged unknown = policy(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    assertThat(broken(unknown, BASE, BASE))
        .containsExactlyInAnyOrder(
            "trained",
            "held-out.judge",
            "held-out-total.judge",
            "diversity",
            "diversity-total",
            "drift.brightness",
            "drift-total.brightness");
    Judged alone = policy(0.6, 0.6, Double.NaN, 0.8);
    assertThat(broken(alone, policy(0.5, 0.6, Double.NaN, 0.8), policy(0.5, 0.6, Double.NaN, 0.8)))
        .as("one image a prompt, always")
        .isEmpty();
  }

  @Test
  void nightsThatEachLoseALittleOfAJudgeEndInTheTotalToo() {
    Judged incumbent = policy(0.52, 0.6 * 0.985, 0.2 * 0.92, 0.8);
    Judged candidate = policy(0.54, 0.6 * 0.985 * 0.985, 0.2 * 0.92 * 0.92, 0.8);
    assertThat(broken(candidate, incumbent, BASE)).as("within each night's limits").isEmpty();
    Judged later = policy(0.58, 0.6 * Math.pow(0.985, 4), 0.2 * Math.pow(0.92, 3), 0.8);
    Judged before = policy(0.56, 0.6 * Math.pow(0.985, 3), 0.2 * Math.pow(0.92, 2), 0.8);
    assertThat(broken(later, before, BASE))
        .containsExactly("held-out-total.judge", "diversity-total");
  }

  @Test
  void promptsThatLackAScoreAreNotLeftOut() {
    Judged some = policy(0.9, 0.7, 0.2, 0.8);
    some.trained()[3] = Double.NaN;
    assertThat(GATE.judge(some, BASE, BASE).reasons())
        .contains("trained: 1 of 12 prompts lack a score");
    Judged unread =
        new Judged(some.figures(), policy(0.9, 0.7, 0.2, 0.8).trained(), Map.of("judge", 2L));
    assertThat(broken(unread, BASE, BASE))
        .containsExactly("held-out.judge", "held-out-total.judge");
  }

  @Test
  void aFewPromptsAreNotBelieved() {
    Judged few = new Judged(BASE.figures(), new double[] {9, 9, 9}, Map.of());
    Judged before = new Judged(BASE.figures(), new double[] {1, 1, 1}, Map.of());
    assertThat(GATE.judge(few, before, before).reasons())
        .isEqualTo("trained: 3 held-out prompts; it needs at least 10");
  }

  @Test
  void aLittleOfNothingIsNoDrift() {
    Judged noisier =
        new Judged(
            withNoise(policy(0.6, 0.6, 0.2, 0.8).figures(), 0.0045),
            policy(0.6, 0.6, 0.2, 0.8).trained(),
            Map.of());
    assertThat(broken(noisier, BASE, BASE)).as(".0005 more of .004").isEmpty();
  }

  private static EvaluationRecord withNoise(EvaluationRecord figures, double noise) {
    ImageStatistics images = figures.images();
    return new EvaluationRecord(
        figures.round(),
        figures.label(),
        figures.prompts(),
        figures.reward(),
        figures.diversity(),
        new ImageStatistics(
            noise,
            images.periodic(),
            images.highFrequency(),
            images.brightness(),
            images.saturation(),
            images.contrast(),
            images.edges(),
            images.betweenPrompts()));
  }

  @Test
  void theVaultSeesThroughWhatWasLearnedOfTheOthers() {
    Judged better = policy(0.6, 0.61, 0.19, 0.78);
    GateVerdict passed = GATE.judge(better, BASE, BASE);
    assertThat(GATE.vault(passed, better, BASE).rules())
        .as("its rules come after the others")
        .extracting(GateRule::name)
        .endsWith("vault.trained", "vault.judge");
    assertThat(GATE.vault(passed, better, BASE).passed()).as("a rise there too").isTrue();
    assertThat(GATE.vault(passed, policy(0.5, 0.6, 0.2, 0.8), BASE).reasons())
        .as("no rise there")
        .isEqualTo("vault.trained: +0.0000 (12 prompts of the vault); it must be above 0.0");
    assertThat(GATE.vault(passed, policy(0.6, 0.5, 0.2, 0.8), BASE).reasons())
        .as("another judge sees less there")
        .startsWith("vault.judge: 0.5000, before 0.6000");
    assertThat(GATE.vault(passed, policy(Double.NaN, 0.6, 0.2, 0.8), BASE).passed())
        .as("what is not measured is not held")
        .isFalse();
  }
}
