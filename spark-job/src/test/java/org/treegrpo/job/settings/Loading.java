package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;

/** What the tests of this package share: loading texts, and the problems of bad ones. */
final class Loading {

  /** A complete configuration with nothing but what has no default. */
  static final String MINIMAL =
      """
      treegrpo {
        run-dir = /runs/one
        policy.path = /policy
        prompts { train = /train.jsonl, evaluation = /held-out.jsonl }
        rewards = [ { name = spelling, type = ocr } ]
      }
      """;

  private Loading() {}

  static SettingsLoader loader() {
    return new SettingsLoader(reward -> List.of());
  }

  static TrainSettings minimal(String... overrides) {
    return loader().parse(MINIMAL, "minimal.conf", List.of(overrides), Use.TRAIN);
  }

  static TrainSettings parse(String hocon) {
    return loader().parse(hocon, "test.conf", List.of(), Use.TRAIN);
  }

  static List<Problem> problemsWith(String... overrides) {
    return problems(() -> minimal(overrides));
  }

  static List<Problem> problemsOf(String hocon) {
    return problems(() -> parse(hocon));
  }

  static List<Problem> problems(Runnable loading) {
    SettingsException refused = catchThrowableOfType(SettingsException.class, loading::run);
    return refused == null ? List.of() : refused.problems();
  }
}
