package org.treegrpo.reward.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.ScoredBatch;

class RewardPoolTest extends ScriptedPool {

  @Test
  void scoresTheSameForAnyNumberOfWorkers() throws Exception {
    scripts.put("first", (images, prompts) -> firstPixels(images));
    scripts.put("prompt", (images, prompts) -> lengths(prompts));
    List<ScoredBatch> batches = new ArrayList<>();
    for (int workers : new int[] {1, 3}) {
      try (RewardPool pool = pool(workers, 4, LONG)) {
        assertThat(pool.versions())
            .as("versions by name")
            .isEqualTo(Map.of("first", "scripted first", "prompt", "scripted prompt"));
        batches.add(get(pool.submit(images(11), prompts(11))));
      }
    }
    for (ScoredBatch batch : batches) {
      assertThat(batch.names()).as("rewards in order").containsExactly("first", "prompt");
      assertThat(batch.failures()).as("failures").isEmpty();
      for (int row = 0; row < 11; row++) {
        assertThat(batch.row(row)).as("row %d", row).containsExactly(row / 100f, row + 1f);
      }
    }
  }

  @Test
  void aSelectionScoresByItsRewardsOnly() throws Exception {
    scripts.put(
        "measured",
        (images, prompts) -> {
          throw new RewardException("not wanted");
        });
    scripts.put("trained", (images, prompts) -> lengths(prompts));
    try (RewardPool pool = pool(1, 4, LONG)) {
      RewardSelection trained = pool.select(List.of(definition("trained", LONG)));
      ScoredBatch batch = get(trained.submit(images(5), prompts(5)));
      assertThat(batch.names()).as("rewards").containsExactly("trained");
      assertThat(batch.failures()).as("of the other reward").isEmpty();
      assertThat(batch.row(4)).as("the last row").containsExactly(5f);
      assertThat(trained.versions()).as("versions").containsOnlyKeys("trained");
      assertThat(open).as("one instance a reward and worker").hasValue(2);
    }
  }

  @Test
  void readsOnTheInstancesThatScore() throws Exception {
    RewardFactory factory =
        definition ->
            definition.name().equals("reader")
                ? new ReadingReward(open)
                : new ScriptedReward(
                    definition.name(), (images, prompts) -> new float[images.rows()], open);
    try (RewardPool pool =
        new RewardPool(
            List.of(definition("blind", LONG), definition("reader", LONG)),
            new RewardPoolSettings(1, 2),
            factory,
            clock)) {
      assertThat(pool.read(images(3)).get(1, TimeUnit.HOURS))
          .as("[image][reward], cut into chunks of two")
          .isDeepEqualTo(new String[][] {{null, "0.0"}, {null, "0.01"}, {null, "0.02"}});
      assertThat(open).as("no further instance").hasValue(2);
      ImageBatch unreadable = new ImageBatch(1, 1, 1, new float[] {-1, 0, 0});
      assertThatThrownBy(() -> pool.read(unreadable).get(1, TimeUnit.HOURS))
          .as("a reading that fails is told")
          .hasCauseInstanceOf(RewardException.class)
          .hasMessageContaining("reward 'reader': cannot read images: no letters");
    }
  }

  @Test
  void cutsABatchIntoFixedChunks() throws Exception {
    List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
    scripts.put(
        "r",
        (images, prompts) -> {
          sizes.add(images.rows());
          return new float[images.rows()];
        });
    try (RewardPool pool = pool(1, 4, LONG)) {
      get(pool.submit(images(10), prompts(10)));
      get(pool.submit(images(3), prompts(3)));
      ScoredBatch empty = get(pool.submit(images(0), List.of()));
      assertThat(empty.scores()).as("scores of no images").isEqualTo(new float[1][0]);
    }
    assertThat(sizes).as("rows of each call").containsExactly(4, 4, 2, 3);
  }

  @Test
  void givesAWholeGroupToARewardThatScoresGroups() throws Exception {
    List<String> calls = Collections.synchronizedList(new ArrayList<>());
    RewardFactory factory =
        new RewardFactory() {
          @Override
          public Reward create(RewardDefinition definition) {
            return new ScriptedReward(
                definition.name(),
                (images, prompts) -> {
                  calls.add(
                      definition.name()
                          + prompts.stream().map(RewardPrompt::id).toList()
                          + images.pixels()[0]);
                  return firstPixels(images);
                },
                open);
          }

          @Override
          public boolean scoresGroups(RewardDefinition definition) {
            return definition.name().equals("group");
          }
        };
    ImageBatch images = images(5);
    images.pixels()[images.offset(3) + 5] = Float.POSITIVE_INFINITY;
    List<RewardPrompt> prompts =
        Stream.of("a", "b", "a", "a", "a").map(id -> new RewardPrompt(id, id, List.of())).toList();
    try (RewardPool pool =
        new RewardPool(
            List.of(definition("group", LONG), definition("single", LONG)),
            new RewardPoolSettings(1, 2),
            factory,
            clock)) {
      ScoredBatch batch = get(pool.submit(images, prompts));
      assertThat(List.of(batch.scores()))
          .as("each score at its row; the damaged image has none")
          .allSatisfy(
              scores -> assertThat(scores).containsExactly(0, 0.01f, 0.02f, Float.NaN, 0.04f));
      assertThat(calls)
          .as("one call a prompt, without the damaged image; others by chunks of two")
          .containsExactlyInAnyOrder(
              "group[a, a, a]0.0",
              "group[b]0.01",
              "single[a, b]0.0",
              "single[a, a]0.02",
              "single[a]0.04");
      images.pixels()[images.offset(1)] = Float.NaN;
      assertThat(get(pool.submit(images.slice(1, 2), prompts.subList(1, 2))).scores()[0])
          .as("a batch with no image to compare")
          .containsExactly(Float.NaN);
    }
  }

  @Test
  void sharesABatchBetweenWorkers() throws Exception {
    CyclicBarrier together = new CyclicBarrier(3);
    scripts.put(
        "r",
        (images, prompts) -> {
          meet(together);
          return new float[images.rows()];
        });
    try (RewardPool pool = pool(3, 2, LONG)) {
      ScoredBatch batch = get(pool.submit(images(6), prompts(6)));
      assertThat(batch.failures()).as("three calls ran at once").isEmpty();
      assertThat(batch.modelSeconds()).as("time inside rewards").isPositive();
    }
  }

  @Test
  void refusesAWrongNumberOfPrompts() throws Exception {
    scripts.put("good", (images, prompts) -> firstPixels(images));
    try (RewardPool pool = pool(1, 2, LONG)) {
      assertThatThrownBy(() -> pool.submit(images(2), prompts(1)))
          .as("two images, one prompt")
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("prompts: 2 images need as many prompts, got 1");
    }
  }
}
