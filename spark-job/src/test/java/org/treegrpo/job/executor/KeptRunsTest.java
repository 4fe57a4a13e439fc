package org.treegrpo.job.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeptRunsTest {

  private static final Set<String> OPEN = Set.of("a", "b", "c");

  private final List<String> made = new ArrayList<>();
  private final List<String> closed = new ArrayList<>();
  private final KeptRuns<String> kept = new KeptRuns<>(2, closed::add);

  private KeptRuns.Use<String> use(String runId, Set<String> open) {
    return kept.use(
        runId,
        open,
        () -> {
          made.add(runId);
          return runId;
        });
  }

  private void task(String runId, Set<String> open) {
    KeptRuns.Use<String> use = use(runId, open);
    assertThat(use.value()).as("of its run").isEqualTo(runId);
    use.end();
  }

  @Test
  void twoRunsInTurnsAreMadeOnce() {
    for (int round = 0; round < 3; round++) {
      task("a", OPEN);
      task("b", OPEN);
    }
    assertThat(made).containsExactly("a", "b");
    assertThat(closed).isEmpty();
  }

  @Test
  void theOneUsedLongestAgoMakesRoomForAThird() {
    task("a", OPEN);
    task("b", OPEN);
    task("a", OPEN);
    task("c", OPEN);
    assertThat(closed).containsExactly("b");
  }

  @Test
  void aRunThatIsOverGoesFirstAndWithoutNeed() {
    task("a", OPEN);
    task("b", OPEN);
    task("a", Set.of("a", "c"));
    assertThat(closed).as("there was room for it").containsExactly("b");
    task("c", Set.of("c"));
    assertThat(closed).as("there was room for both").containsExactly("b", "a");
  }

  @Test
  void nothingIsClosedUnderATask() {
    KeptRuns.Use<String> first = use("a", OPEN);
    KeptRuns.Use<String> second = use("a", OPEN);
    task("b", Set.of("b"));
    KeptRuns.Use<String> third = use("c", Set.of("c"));
    assertThat(closed).as("b was not used, a is").containsExactly("b");
    first.end();
    assertThat(closed).as("a has another task").containsExactly("b");
    second.end();
    assertThat(closed).as("a is over").containsExactly("b", "a");
    third.end();
  }

  @Test
  void theFirstTaskToEndMakesRoomWhereThereAreTooMany() {
    KeptRuns.Use<String> first = use("a", OPEN);
    KeptRuns.Use<String> second = use("b", OPEN);
    KeptRuns.Use<String> third = use("c", OPEN);
    assertThat(closed).as("all have a task").isEmpty();
    second.end();
    assertThat(closed).containsExactly("b");
    first.end();
    third.end();
    assertThat(closed).as("two may stay").containsExactly("b");
    kept.close();
    assertThat(closed).as("the executor stops").containsExactly("b", "a", "c");
  }

  @Test
  void whatCannotBeMadeIsNotKept() {
    assertThatThrownBy(
            () ->
                kept.use(
                    "a",
                    OPEN,
                    () -> {
                      throw new ExecutorException("no model");
                    }))
        .hasMessage("no model");
    task("a", OPEN);
    assertThat(made).as("at the next attempt").containsExactly("a");
  }
}
