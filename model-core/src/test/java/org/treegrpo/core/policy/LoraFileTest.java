package org.treegrpo.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.io.BytesSource;
import org.treegrpo.core.io.SafetensorsReader;
import org.treegrpo.core.io.TensorInfo;

class LoraFileTest {

  private static final AdapterSpec SPEC =
      new AdapterSpec("transformer", Map.of("blocks.0.to_q", 2.0, "blocks.1.to_q", 0.5));

  /** Adapters of rank 2 and 1 on layers of 3 inputs and 2 outputs. */
  private static ParameterLayout layout(String... others) {
    List<ParameterLayout.Entry> entries = new ArrayList<>();
    add(entries, "transformer.blocks.0.to_q.lora_A.default.weight", 2, 3);
    add(entries, "transformer.blocks.0.to_q.lora_B.default.weight", 2, 2);
    add(entries, "transformer.blocks.1.to_q.lora_A.default.weight", 1, 3);
    add(entries, "transformer.blocks.1.to_q.lora_B.default.weight", 2, 1);
    for (String other : others) {
      add(entries, other, 1, 1);
    }
    return new ParameterLayout(entries);
  }

  private static void add(List<ParameterLayout.Entry> entries, String name, int rows, int columns) {
    int offset = new ParameterLayout(entries).size();
    entries.add(
        new ParameterLayout.Entry(name, new long[] {rows, columns}, offset, rows * columns));
  }

  private static SafetensorsReader written(float[] weights) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new LoraFile(SPEC, layout()).write(out, weights);
    return SafetensorsReader.open(new BytesSource("lora", out.toByteArray()));
  }

  @Test
  void theScaleIsInLoraB() throws IOException {
    float[] weights = new float[15];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i;
    }
    try (SafetensorsReader file = written(weights)) {
      assertThat(file.tensors())
          .as("diffusers' names, without the adapter's")
          .extracting(TensorInfo::name)
          .containsExactly(
              "transformer.blocks.0.to_q.lora_A.weight",
              "transformer.blocks.0.to_q.lora_B.weight",
              "transformer.blocks.1.to_q.lora_A.weight",
              "transformer.blocks.1.to_q.lora_B.weight");
      assertThat(file.readFloat32("transformer.blocks.0.to_q.lora_A.weight"))
          .containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(file.readFloat32("transformer.blocks.0.to_q.lora_B.weight"))
          .as("twice")
          .containsExactly(12, 14, 16, 18);
      assertThat(file.readFloat32("transformer.blocks.1.to_q.lora_B.weight"))
          .as("half")
          .containsExactly(6.5f, 7);
    }
  }

  @Test
  void whatWasWrittenIsReadBack() throws IOException {
    float[] weights = new float[15];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i - 7.5f;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LoraFile file = new LoraFile(SPEC, layout());
    file.write(out, weights);
    assertThat(file.read(new BytesSource("lora", out.toByteArray()))).containsExactly(weights);
  }

  @Test
  void theAlphaThatAFileDeclaresCounts() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    float[] values = new float[15];
    Arrays.fill(values, 1);
    List<ParameterLayout.Entry> named = new ArrayList<>();
    for (ParameterLayout.Entry entry : layout().entries()) {
      named.add(
          new ParameterLayout.Entry(
              entry.name().replace(".default", ""), entry.shape(), entry.offset(), entry.length()));
    }
    PolicyWeights.write(
        out,
        new ParameterLayout(named),
        values,
        Map.of(
            "lora_adapter_metadata",
            "{\"transformer.r\": 2, \"transformer.lora_alpha\": 8, \"transformer.alpha_pattern\": {\"blocks.1.to_q\": 3}}"));
    float[] read = new LoraFile(SPEC, layout()).read(new BytesSource("lora", out.toByteArray()));
    assertThat(read[6]).as("alpha / r = 4 where the archive multiplies with 2").isEqualTo(2);
    assertThat(read[13]).as("3 / 1 where the archive multiplies with 0.5").isEqualTo(6);
    assertThat(read[0]).as("lora_A as it is").isEqualTo(1);
  }

  @Test
  void withoutEffectLoraBIsZero() {
    float[] weights = new float[15];
    Arrays.fill(weights, 1);
    assertThat(LoraPairs.of(layout()).withoutEffect(layout(), weights))
        .as("B of both, and nothing else")
        .containsExactly(1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0);
    assertThat(weights).as("a copy").containsOnly(1);
  }

  @Test
  void alphaIsDeclaredAsTheRankOfEachModule() throws IOException {
    try (SafetensorsReader file = written(new float[15])) {
      assertThat(file.metadata()).containsEntry("format", "pt");
      JsonNode declared = new ObjectMapper().readTree(file.metadata().get("lora_adapter_metadata"));
      int rank = declared.path("transformer.r").intValue();
      assertThat(declared.path("transformer.lora_alpha").intValue()).as("alpha").isEqualTo(rank);
      assertThat(declared.path("transformer.target_modules").toString())
          .isEqualTo("[\"blocks.0.to_q\",\"blocks.1.to_q\"]");
      String other = rank == 2 ? "{\"blocks.1.to_q\":1}" : "{\"blocks.0.to_q\":2}";
      assertThat(declared.path("transformer.rank_pattern").toString()).isEqualTo(other);
      assertThat(declared.path("transformer.alpha_pattern").toString()).isEqualTo(other);
    }
  }

  @Test
  void whatIsNoAdapterIsRefused() {
    assertThatThrownBy(() -> new LoraFile(SPEC, layout("transformer.norm.weight")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the trained tensor 'transformer.norm.weight' is none");
    assertThatThrownBy(() -> new LoraFile(new AdapterSpec("transformer", Map.of()), layout()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lora.scale must hold 'blocks.0.to_q'");
  }
}
