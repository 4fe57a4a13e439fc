package org.treegrpo.job.round;

import org.treegrpo.core.tree.EdgeRecord;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.treegrpo.core.topology.NodePath;

class EdgeBatchCodecTest {

  @Test
  void edgesSurviveTheJourney() throws IOException {
    List<EdgeRecord> edges =
        List.of(
            new EdgeRecord(0, NodePath.parse("2"), 1, 4, -0.5, -1728, 0.7),
            new EdgeRecord(3, NodePath.parse("2.0.11"), 3, 6, 1.25, 4320, 1e-3));
    assertThat(EdgeBatchCodec.decode(EdgeBatchCodec.encode(edges))).isEqualTo(edges);
    assertThat(EdgeBatchCodec.decode(EdgeBatchCodec.encode(List.of()))).isEmpty();
  }

  @Test
  void otherBytesAreRefused() {
    assertThatThrownBy(() -> EdgeBatchCodec.decode(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}))
        .isInstanceOf(IOException.class);
  }
}
