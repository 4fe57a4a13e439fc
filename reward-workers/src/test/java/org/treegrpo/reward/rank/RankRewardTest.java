package org.treegrpo.reward.rank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.RewardProviders;
import org.treegrpo.reward.ScoredBatch;
import org.treegrpo.reward.pool.RewardPool;
import org.treegrpo.reward.pool.RewardPoolSettings;

class RankRewardTest {

  private static final int SIDE = 16;
  private static final int IMAGE = 3 * SIDE * SIDE;
  private static final float NAN = Float.NaN;

  @Test
  void aRankIsTheShareOfTheOthersThatAreBeaten() {
    assertThat(Ranks.of(new float[] {7, -1, 100, 2, 3}))
        .as("by order, whatever the distances")
        .containsExactly(0.75f, 0, 1, 0.25f, 0.5f);
  }

  @Test
  void tiesShareTheMeanOfTheirRanks() {
    assertThat(Ranks.of(new float[] {1, 2, 2, 2, 3}))
        .as("three of five alike")
        .containsExactly(0, 0.5f, 0.5f, 0.5f, 1);
    assertThat(Ranks.of(new float[] {0, -0f, 5})).as("both zeros").containsExactly(0.25f, 0.25f, 1);
    assertThat(Ranks.of(new float[] {4, 4, 4})).as("all alike").containsOnly(0.5f);
  }

  @Test
  void whatFailedHasNoRankAndTakesNone() {
    assertThat(Ranks.of(new float[] {3, NAN, 1, Float.POSITIVE_INFINITY, 2}))
        .as("three of five have a score")
        .containsExactly(1, NAN, 0, NAN, 0.5f);
    assertThat(Ranks.of(new float[] {NAN, 1})).as("nobody to compare with").containsOnly(NAN);
    assertThat(Ranks.of(new float[0])).as("no images").isEmpty();
  }

  @Test
  void ranksWithinEachPromptForAnyChunksAndThreads() throws Exception {
    ImageBatch images = paler(7);
    List<RewardPrompt> prompts = prompts("a", "a", "b", "a", "b", "b", "b");
    List<float[]> all = new ArrayList<>();
    for (int workers : new int[] {1, 3}) {
      for (int chunkRows : new int[] {1, 2, 3, 64}) {
        for (String own : List.of("1", "2", "64")) {
          all.add(scores(images, prompts, workers, chunkRows, own));
        }
      }
    }
    assertThat(all)
        .as("the noisier, the larger as a file: of each prompt the first image is the best")
        .allSatisfy(
            scores ->
                assertThat(scores)
                    .containsExactly(1, 0.5f, 1, 0, (float) (2 / 3.0), (float) (1 / 3.0), 0));
  }

  @Test
  void anImageThatHoldsNaNIsMaskedAndNotRanked() throws Exception {
    ImageBatch images = paler(4);
    images.pixels()[images.offset(1) + 7] = NAN;
    assertThat(scores(images, prompts("a", "a", "a", "a"), 2, 3, "16"))
        .as("the other three are ranked among themselves")
        .containsExactly(1, NAN, 0.5f, 0);
  }

  @Test
  void sameImagesTieToTheBit() throws Exception {
    ImageBatch one = paler(2);
    ImageBatch images = one.select(new int[] {1, 0, 1, 1, 0});
    assertThat(scores(images, prompts("a", "a", "a", "a", "a"), 1, 2, "2"))
        .as("three of one image, two of the other")
        .containsExactly(0.25f, 0.875f, 0.25f, 0.25f, 0.875f);
  }

  @Test
  void whatItRanksByIsTheJudge() throws RewardException {
    RewardDefinition ranked = definition(Map.of("of", "ocr", "model", "v3"));
    RewardDefinition plain =
        new RewardDefinition("plain", "ocr", 1, Duration.ofHours(1), Map.of("model", "v3"));
    try (Reward rank = RewardProviders.create(ranked);
        Reward ocr = RewardProviders.create(plain)) {
      assertThat(rank.version()).as("the same model").isEqualTo(ocr.version());
      assertThat(rank.name()).as("its own name").isEqualTo("place");
    }
  }

  @Test
  void optionsAreThoseOfTheRankedTypeAndItsOwn() {
    assertThat(problems(Map.of("of", "ocr", "model", "v3", "chunk-rows", "4"))).isEmpty();
    assertThat(problems(Map.of()))
        .as("nothing to rank by")
        .containsExactly(
            "reward 'place': option 'of' = '' must be a type that scores single images, of [jpeg-compressibility, jpeg-incompressibility, ocr, torchscript]");
    assertThat(problems(Map.of("of", "rank")))
        .as("a rank of ranks")
        .singleElement()
        .asString()
        .startsWith(
            "reward 'place': option 'of' = 'rank' must be a type that scores single images");
    assertThat(problems(Map.of("of", "ocr", "modle", "v3")))
        .as("the ranked type's word")
        .singleElement()
        .asString()
        .contains("option 'modle' is unknown to type 'ocr'");
    assertThat(problems(Map.of("of", "ocr", "chunk-rows", "0")))
        .as("rows of a call")
        .containsExactly(
            "reward 'place': option 'chunk-rows' = '0' must be a whole number from 1 to 4096");
  }

  @Test
  void whatItRanksByIsTriedBeforeARun() {
    assertThatThrownBy(
            () ->
                RewardProviders.check(
                    definition(Map.of("of", "torchscript", "path", "/no/such.pt")), List.of()))
        .as("an archive that is not there")
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("option 'path' = '/no/such.pt' must be the file");
  }

  @Test
  void anAnswerOfTheWrongLengthIsRefused() {
    try (Reward rank = new RankReward(new Forgetful(), 16)) {
      assertThatThrownBy(() -> rank.score(paler(3), prompts("a", "a", "a")))
          .as("two scores for three images")
          .isInstanceOf(RewardException.class)
          .hasMessage("reward 'forgetful': what it ranks by returned 2 scores for 3 images");
    }
  }

  private static float[] scores(
      ImageBatch images, List<RewardPrompt> prompts, int workers, int chunkRows, String own)
      throws Exception {
    RewardDefinition rank = definition(Map.of("of", "jpeg-incompressibility", "chunk-rows", own));
    try (RewardPool pool =
        RewardPool.open(List.of(rank), new RewardPoolSettings(workers, chunkRows))) {
      ScoredBatch batch = pool.submit(images, prompts).get(1, TimeUnit.HOURS);
      return batch.scores()[0];
    }
  }

  /** One picture of noise, each time with less contrast. */
  private static ImageBatch paler(int rows) {
    float[] pixels = new float[rows * IMAGE];
    Random random = new Random(3);
    for (int i = 0; i < IMAGE; i++) {
      float noise = random.nextFloat() - 0.5f;
      for (int row = 0; row < rows; row++) {
        pixels[row * IMAGE + i] = 0.5f + noise / (1 << row);
      }
    }
    return new ImageBatch(rows, SIDE, SIDE, pixels);
  }

  private static List<RewardPrompt> prompts(String... ids) {
    return IntStream.range(0, ids.length)
        .mapToObj(i -> new RewardPrompt(ids[i], "anything", Collections.emptyList()))
        .toList();
  }

  private static List<String> problems(Map<String, String> options) {
    return new RankRewardProvider().problems(definition(options));
  }

  private static RewardDefinition definition(Map<String, String> options) {
    return new RewardDefinition("place", "rank", 1, Duration.ofHours(1), options);
  }

  /** Forgets the last image. */
  private record Forgetful() implements Reward {

    @Override
    public String name() {
      return "forgetful";
    }

    @Override
    public String version() {
      return "";
    }

    @Override
    public float[] score(ImageBatch images, List<RewardPrompt> prompts) {
      return new float[images.rows() - 1];
    }

    @Override
    public void close() {}
  }
}
