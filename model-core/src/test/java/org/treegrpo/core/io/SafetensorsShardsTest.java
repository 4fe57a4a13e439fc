package org.treegrpo.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.io.SafetensorsWriter.Declaration;

class SafetensorsShardsTest {

  private static BytesSource shard(String name, String tensor, float value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafetensorsWriter writer =
        new SafetensorsWriter(
            out, List.of(new Declaration(tensor, DType.F32, new long[] {1})), Map.of());
    writer.write(tensor, new float[] {value}, 0, 1);
    writer.finish();
    return new BytesSource(name, out.toByteArray());
  }

  @Test
  void tensorsOfAllFilesAreFound() throws IOException {
    try (SafetensorsShards shards =
        SafetensorsShards.open("both", List.of(shard("one", "a", 1), shard("two", "b", 2)))) {
      for (int turn = 0; turn < 2; turn++) {
        assertThat(shards.readFloat32("a")).containsExactly(1);
        assertThat(shards.readFloat32("b")).containsExactly(2);
      }
      assertThat(shards.find("c")).isEmpty();
      assertThatThrownBy(() -> shards.readFloat32("c"))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("both", "must hold a tensor 'c'");
    }
  }

  @Test
  void aTensorInTwoFilesIsRefused() {
    assertThatThrownBy(
            () ->
                SafetensorsShards.open("both", List.of(shard("one", "a", 1), shard("two", "a", 2))))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("two")
        .hasMessageContaining("'a', which is in one too");
  }
}
