package org.treegrpo.job.executor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExecutorRuntimeTest {

  @Test
  void asManyThreadsScoreAsTasksRunAndProcessorsThereAre() {
    assertThat(ExecutorRuntime.scoringThreads(0, 2, 2)).as("the quick start").isEqualTo(2);
    assertThat(ExecutorRuntime.scoringThreads(0, 64, 2)).as("local[64], 2 cores").isEqualTo(2);
    assertThat(ExecutorRuntime.scoringThreads(0, 1, 64))
        .as("an executor of one task slot on a large machine")
        .isEqualTo(1);
    assertThat(ExecutorRuntime.scoringThreads(8, 1, 2)).as("what the user says").isEqualTo(8);
  }
}
