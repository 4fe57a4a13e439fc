package org.treegrpo.job.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

class RecordSerializerTest {

  record Point(int x, String name, double[] values) {}

  private static Kryo kryo() {
    Kryo kryo = new Kryo();
    kryo.setRegistrationRequired(true);
    kryo.register(double[].class);
    kryo.register(Point.class, new RecordSerializer<>(Point.class));
    return kryo;
  }

  @Test
  void aRecordSurvivesWithItsNulls() {
    Output output = new Output(1024);
    kryo().writeClassAndObject(output, new Point(3, null, new double[] {1, Double.NaN}));
    Point read = (Point) kryo().readClassAndObject(new Input(output.toBytes()));
    assertThat(read.x()).isEqualTo(3);
    assertThat(read.name()).isNull();
    assertThat(read.values()).containsExactly(1, Double.NaN);
  }

  @Test
  void anUnregisteredClassIsRefused() {
    assertThatThrownBy(() -> kryo().writeClassAndObject(new Output(64), new StringJoiner(",")))
        .hasMessageContaining("not registered");
  }
}
