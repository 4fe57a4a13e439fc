package org.treegrpo.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.policy.PolicySpec.ConditioningInput;
import org.treegrpo.core.tensor.TorchRuntime;

class ResidentConditioningsTest {

  private static final List<ConditioningInput> INPUTS =
      List.of(
          new ConditioningInput("embeds", List.of(333, 4096)),
          new ConditioningInput("pooled", List.of(4)));

  private static Conditioning conditioning(int number) {
    float[] embeds = new float[333 * 4096];
    embeds[embeds.length - 1] = number;
    return new Conditioning(List.of(embeds, new float[] {number, 0, 0, 1}));
  }

  @Test
  void eachIsUploadedOnceHoweverOftenItIsUsed() {
    List<Conditioning> prompts =
        IntStream.range(0, 4).mapToObj(ResidentConditioningsTest::conditioning).toList();
    try (NDManager manager = TorchRuntime.newManager(Device.cpu())) {
      ResidentConditionings resident = new ResidentConditionings(INPUTS, manager, 4);
      Set<NDArray> uploaded = Collections.newSetFromMap(new IdentityHashMap<>());
      for (int pass = 0; pass < 10; pass++) {
        try (NDManager scope = manager.newSubManager()) {
          NDList batch =
              resident.of(
                  scope,
                  List.of(prompts.get(pass % 4), prompts.get(0), prompts.get(3), prompts.get(0)));
          float[] pooled = new float[16];
          TorchRuntime.download(batch.get(1), pooled, 0);
          assertThat(pooled)
              .as("rows in order")
              .containsExactly(pass % 4, 0, 0, 1, 0, 0, 0, 1, 3, 0, 0, 1, 0, 0, 0, 1);
          assertThat(batch.get(0).getShape().getShape()).containsExactly(4, 333, 4096);
        }
        uploaded.addAll(manager.getManagedArrays());
      }
      assertThat(uploaded).as("two tensors of four prompts, in ten passes").hasSize(8);
    }
  }

  @Test
  void aShareUploadsEachOfItsPromptsOnce() {
    int prompts = 32;
    int ofShare = 8;
    int passes = 10;
    Set<NDArray> uploaded = Collections.newSetFromMap(new IdentityHashMap<>());
    try (NDManager manager = TorchRuntime.newManager(Device.cpu())) {
      ResidentConditionings resident = new ResidentConditionings(INPUTS, manager, ofShare + 1);
      for (int from = 0; from < prompts; from += ofShare) {
        List<Conditioning> share =
            IntStream.range(from, from + ofShare)
                .mapToObj(ResidentConditioningsTest::conditioning)
                .toList();
        for (int pass = 0; pass < passes; pass++) {
          for (Conditioning prompt : share) {
            try (NDManager scope = manager.newSubManager()) {
              resident.of(scope, List.of(prompt, share.get(0)));
            }
            uploaded.addAll(manager.getManagedArrays());
          }
        }
      }
    }
    assertThat(uploaded).as("two tensors of each prompt").hasSize(2 * prompts);
  }

  @Test
  void thoseThatWereNotUsedForLongestMakeRoom() {
    List<ConditioningInput> inputs = INPUTS.subList(1, 2);
    List<Conditioning> prompts =
        IntStream.range(0, 3)
            .mapToObj(number -> new Conditioning(List.of(new float[] {number, 0, 0, 1})))
            .toList();
    try (NDManager manager = TorchRuntime.newManager(Device.cpu())) {
      ResidentConditionings resident = new ResidentConditionings(inputs, manager, 2);
      Set<NDArray> uploaded = Collections.newSetFromMap(new IdentityHashMap<>());
      for (int prompt : new int[] {0, 1, 0, 2, 0, 1}) {
        try (NDManager scope = manager.newSubManager()) {
          resident.of(scope, List.of(prompts.get(prompt)));
        }
        uploaded.addAll(manager.getManagedArrays());
      }
      assertThat(uploaded).as("0, 1, 2 in the place of 1, 1 again").hasSize(4);
      assertThat(manager.getManagedArrays()).as("two stay").hasSize(2);
      try (NDManager scope = manager.newSubManager()) {
        resident.of(scope, prompts);
      }
      assertThat(manager.getManagedArrays()).as("a batch may be larger").hasSize(2);
    }
  }

  @Test
  void anotherNumberOfElementsIsRefused() {
    try (NDManager manager = TorchRuntime.newManager(Device.cpu());
        NDManager scope = manager.newSubManager()) {
      ResidentConditionings resident = new ResidentConditionings(INPUTS.subList(1, 2), manager, 2);
      Conditioning wrong = new Conditioning(List.of(new float[3]));
      assertThatThrownBy(() -> resident.of(scope, List.of(wrong)))
          .hasMessageContaining("conditioning pooled: 3 elements, expected shape [4]");
    }
  }
}
