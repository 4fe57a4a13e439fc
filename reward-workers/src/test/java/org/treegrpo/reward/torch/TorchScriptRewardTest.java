package org.treegrpo.reward.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.core.io.DType;
import org.treegrpo.core.io.SafetensorsWriter;
import org.treegrpo.core.io.SafetensorsWriter.Declaration;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.tensor.TorchScriptArchive;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardMemoryException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.ScoredBatch;
import org.treegrpo.reward.pool.RewardPool;
import org.treegrpo.reward.pool.RewardPoolSettings;

class TorchScriptRewardTest {

  private static final String BRIGHTNESS =
      """
      def forward(self: __torch__.Model,
          images: Tensor) -> Tensor:
        return torch.mul(torch.mean(images, [1, 2, 3]), self.scale)
      """;

  private static final String ALIGNMENT =
      """
      def forward(self: __torch__.Model,
          images: Tensor,
          text: Tensor,
          pooled: Tensor) -> Tensor:
        a = torch.mean(images, [1, 2, 3])
        b = torch.select(torch.select(text, 1, 1), 1, 2)
        return torch.add(torch.add(a, b), torch.mul(torch.sum(pooled, [1]), self.scale))
      """;

  private static final String MODE =
      """
      def forward(self: __torch__.Model,
          images: Tensor) -> Tensor:
        mean = torch.mean(images, [1, 2, 3])
        if self.training:
          score = torch.neg(mean)
        else:
          score = torch.mul(mean, self.scale)
        return score
      """;

  private static final String WHOLE_BATCH =
      """
      def forward(self: __torch__.Model,
          images: Tensor) -> Tensor:
        return torch.mul(torch.mean(images, [1, 2, 3], True), self.scale)
      """;

  private static final String HUGE =
      """
      def forward(self: __torch__.Model,
          images: Tensor) -> Tensor:
        return torch.zeros([%d])
      """
          .formatted(1L << 55);

  @TempDir Path directory;

  @Test
  void scoresImages() throws Exception {
    try (Reward reward = create(BRIGHTNESS, Map.of())) {
      assertThat(reward.score(images(3), prompts(3)))
          .as("2 x the mean of images that are 0, 1/4 and 1/2")
          .containsExactly(0f, 0.5f, 1f);
      assertThat(reward.version()).as("version").matches("model.pt sha256:[0-9a-f]{16}");
    }
  }

  @Test
  void passesConditioningInItsShapes() throws Exception {
    try (Reward reward = create(ALIGNMENT, Map.of("conditioning", "2x3, 2"))) {
      assertThat(reward.score(images(2), prompts(2)))
          .as("mean + text[1][2] + 2 sum(pooled)")
          .containsExactly(5f + 2 * 30, 0.25f + 6f + 2 * 32);
    }
  }

  @Test
  void takesItsOwnConditioningInsteadOfThePolicys() throws Exception {
    Map<String, String> options = ownConditioning("p0", "p1", "other");
    List<RewardPrompt> policys =
        List.of(
            new RewardPrompt("p1", "x", List.of(new float[] {9})),
            new RewardPrompt("p0", "x", List.of(new float[] {9})));
    try (Reward reward = create(ALIGNMENT, options)) {
      assertThat(reward.score(images(2), policys))
          .as("mean + text[1][2] + 2 sum(pooled), by prompt and argument name")
          .containsExactly(15 + 2 * 15, 0.25f + 5 + 2 * 5);
      List<RewardPrompt> damaged = List.of(new RewardPrompt("other", "x", List.of()));
      assertThatThrownBy(() -> reward.score(images(1), damaged))
          .as("read only when it is asked for")
          .isInstanceOf(RewardException.class)
          .hasMessageContaining("tensor 'other/text' must hold finite values only; found NaN");
    }
  }

  @Test
  void namesWhatItsOwnConditioningLacks() throws Exception {
    RewardDefinition own = definition(write(ALIGNMENT), ownConditioning("p0", "p1"));
    TorchScriptRewardProvider provider = new TorchScriptRewardProvider();
    provider.check(own, List.of("p0", "p1"));
    assertThatThrownBy(() -> provider.check(own, List.of("p0", "p2")))
        .as("a prompt without tensors, before the run")
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("reward 'model': option 'conditioning-file'")
        .hasMessageContaining("own.safetensors: must hold a tensor 'p2/text'");
    RewardDefinition blind = definition(write(BRIGHTNESS), own.options());
    assertThatThrownBy(() -> provider.check(blind, List.of()))
        .as("a model that looks at images only")
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("must be left out, as forward takes images only");
    assertThat(
            provider.problems(
                definition(
                    write(BRIGHTNESS),
                    Map.of("conditioning-file", "none.safetensors", "conditioning", "2"))))
        .as("options that do not fit")
        .satisfiesExactly(
            one -> assertThat(one).contains("'none.safetensors' must be a safetensors file"),
            two -> assertThat(two).contains("option 'conditioning' = '2' must be left out"));
  }

  /** Tensors of 5 for the first id, of 15 for the second, of NaN for the third. */
  private Map<String, String> ownConditioning(String... ids) throws IOException {
    Path file = directory.resolve("own.safetensors");
    List<Declaration> tensors = new ArrayList<>();
    for (String id : ids) {
      tensors.add(new Declaration(id + "/pooled", DType.F32, new long[] {1}));
      tensors.add(new Declaration(id + "/text", DType.F32, new long[] {2, 3}));
    }
    float[] values = {5, 15, Float.NaN};
    try (OutputStream out = Files.newOutputStream(file)) {
      SafetensorsWriter writer = new SafetensorsWriter(out, tensors, Map.of());
      for (int i = 0; i < ids.length; i++) {
        float[] all = new float[6];
        Arrays.fill(all, values[i]);
        writer.write(ids[i] + "/pooled", all, 0, 1);
        writer.write(ids[i] + "/text", all, 0, 6);
      }
      writer.finish();
    }
    return Map.of("conditioning-file", file.toString());
  }

  @Test
  void namesConditioningThatDoesNotFit() throws Exception {
    assertThatThrownBy(() -> score(ALIGNMENT, Map.of("conditioning", "2x2,2"), prompts(2)))
        .as("a shape of 4 elements for 6")
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("conditioning tensor 0 of prompt 'p0' has 6 elements");
    List<RewardPrompt> bare = List.of(new RewardPrompt("bare", "x", List.of()));
    assertThatThrownBy(() -> score(ALIGNMENT, Map.of(), bare))
        .as("a prompt without conditioning")
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("forward takes 2 conditioning tensors")
        .hasMessageContaining("prompt 'bare' has 0");
    List<RewardPrompt> uneven =
        List.of(prompts(1).get(0), new RewardPrompt("q", "x", List.of(new float[6], new float[3])));
    assertThatThrownBy(() -> score(ALIGNMENT, Map.of("conditioning", "2x3,2"), uneven))
        .as("prompts whose tensors differ in size")
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("has 2 elements for prompt 'p0' and 3 for 'q'");
  }

  @Test
  void runsInEvalMode() throws Exception {
    assertThat(score(MODE, Map.of(), prompts(3)))
        .as("the branch of eval mode")
        .containsExactly(0f, 0.5f, 1f);
  }

  @Test
  void refusesAnOutputOfAnotherShape() {
    assertThatThrownBy(() -> score(WHOLE_BATCH, Map.of(), prompts(3)))
        .as("an output of [3, 1, 1, 1]")
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("needs one float32 of shape (3)");
  }

  @Test
  void aPassWithoutMemoryEndsTheBatchInsteadOfMaskingImages() throws Exception {
    RewardDefinition huge = definition(write(HUGE), Map.of());
    try (RewardPool pool = RewardPool.open(List.of(huge), new RewardPoolSettings(1, 2))) {
      assertThatThrownBy(() -> pool.submit(images(3), prompts(3)).get(1, TimeUnit.HOURS))
          .as("nothing is scored any more")
          .cause()
          .isInstanceOf(RewardMemoryException.class)
          .hasMessageStartingWith(
              "reward 'model': forward of 2 images on cpu needs more memory than there is")
          .hasMessageContaining("treegrpo.reward-workers.chunk-rows")
          .hasMessageContaining("option device")
          .hasMessageNotContaining("\n");
    }
    RewardDefinition measured =
        new RewardDefinition("model", "torchscript", 0, Duration.ofHours(1), huge.options());
    try (RewardPool pool = RewardPool.open(List.of(measured), new RewardPoolSettings(1, 2))) {
      ScoredBatch batch = pool.submit(images(3), prompts(3)).get(1, TimeUnit.HOURS);
      assertThat(batch.scores()[0]).as("training does not need it").containsOnly(Float.NaN);
      assertThat(batch.failures()).hasSize(2);
    }
  }

  @Test
  void refusesAFileThatIsNoArchive() throws IOException {
    Path file = Files.writeString(directory.resolve("model.pt"), "not a zip");
    assertThatThrownBy(() -> new TorchScriptRewardProvider().create(definition(file, Map.of())))
        .as("a text file")
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("model.pt is not a TorchScript archive");
  }

  @Test
  void checksItsOptions() throws IOException {
    Path file = Files.writeString(directory.resolve("model.pt"), "");
    TorchScriptRewardProvider provider = new TorchScriptRewardProvider();
    assertThat(
            provider.problems(definition(file, Map.of("conditioning", "77x768", "device", "gpu1"))))
        .as("good options")
        .isEmpty();
    assertThat(
            provider.problems(
                new RewardDefinition(
                    "model",
                    "torchscript",
                    1,
                    Duration.ofHours(1),
                    Map.of("path", "hdfs:///models/m.pt", "device", "gpu"))))
        .as("a file that will be fetched, and the GPU that Spark assigns")
        .isEmpty();
    for (String shapes : List.of("", "77x", "0", "7,", "none")) {
      assertThat(provider.problems(definition(file, Map.of("conditioning", shapes))))
          .as("conditioning = '%s'", shapes)
          .singleElement()
          .asString()
          .contains("option 'conditioning' = '" + shapes + "' must be shapes such as");
    }
  }

  @Test
  void instancesHaveOneCopyOfTheWeights() throws Exception {
    Path file = directory.resolve("shared.pt");
    String counting = BRIGHTNESS.replace("self.scale)", "torch.add_(self.scale, 1))");
    TorchScriptArchive.write(
        new ScriptModule("Model", counting).parameter("scale", new float[] {1f}, 1), file);
    TorchScriptRewardProvider provider = new TorchScriptRewardProvider();
    RewardDefinition definition = definition(file, Map.of());
    assertThat(provider.weightBytes(definition)).as("one float").isEqualTo(4);
    try (Reward second = sharing(provider, definition)) {
      assertThat(second.score(images(3), prompts(3)))
          .as("3 x the mean: of the copy that the first, closed by now, has added 1 to")
          .containsExactly(0f, 0.75f, 1.5f);
    }
  }

  private static Reward sharing(TorchScriptRewardProvider provider, RewardDefinition definition)
      throws RewardException {
    try (Reward first = provider.create(definition)) {
      Reward second = provider.create(definition);
      assertThat(first.score(images(3), prompts(3))).containsExactly(0f, 0.5f, 1f);
      return second;
    }
  }

  @Test
  void scoresOnThePoolsThreads() throws Exception {
    Path file = write(BRIGHTNESS);
    try (RewardPool pool =
        RewardPool.open(List.of(definition(file, Map.of())), new RewardPoolSettings(2, 1))) {
      ScoredBatch batch = pool.submit(images(3), prompts(3)).get(1, TimeUnit.HOURS);
      assertThat(batch.failures()).as("failures").isEmpty();
      assertThat(batch.scores()[0]).as("scores").containsExactly(0f, 0.5f, 1f);
    }
  }

  private float[] score(String methods, Map<String, String> options, List<RewardPrompt> prompts)
      throws Exception {
    try (Reward reward = create(methods, options)) {
      return reward.score(images(prompts.size()), prompts);
    }
  }

  private Reward create(String methods, Map<String, String> options) throws Exception {
    RewardDefinition definition = definition(write(methods), options);
    assertThat(new TorchScriptRewardProvider().problems(definition)).as("problems").isEmpty();
    return new TorchScriptRewardProvider().create(definition);
  }

  private Path write(String methods) throws IOException {
    Path file = directory.resolve("model.pt");
    TorchScriptArchive.write(
        new ScriptModule("Model", methods).buffer("scale", new float[] {2f}, 1), file);
    return file;
  }

  private static RewardDefinition definition(Path file, Map<String, String> options) {
    Map<String, String> all = new HashMap<>(options);
    all.put("path", file.toString());
    return new RewardDefinition("model", "torchscript", 1, Duration.ofHours(1), all);
  }

  /** Row i is i / 4 everywhere. */
  private static ImageBatch images(int rows) {
    ImageBatch images = new ImageBatch(rows, 4, 4, new float[rows * 48]);
    for (int i = 0; i < images.pixels().length; i++) {
      images.pixels()[i] = Math.floorDiv(i, images.imageElements()) * 0.25f;
    }
    return images;
  }

  /** Row i: text [2, 3] with 5 + i at [1][2], pooled [2] with the sum 30 + 2 i. */
  private static List<RewardPrompt> prompts(int rows) {
    return IntStream.range(0, rows)
        .mapToObj(
            row ->
                new RewardPrompt(
                    "p" + row,
                    "text",
                    List.of(
                        new float[] {9, 9, 9, 9, 9, 5 + row}, new float[] {10 + row, 20 + row})))
        .toList();
  }
}
