package org.treegrpo.job.spark;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/**
 * Kryo serializer of one record class whose components Kryo can write. Spark's Kryo (4.0.3) cannot
 * write records by itself, since their fields are final.
 *
 * @param <T> the record class
 */
public final class RecordSerializer<T extends Record> extends Serializer<T> {

  private final RecordForm<T> form;

  public RecordSerializer(Class<T> type) {
    form = new RecordForm<>(type);
  }

  @Override
  public void write(Kryo kryo, Output output, T value) {
    for (Object component : form.values(value)) {
      kryo.writeClassAndObject(output, component);
    }
  }

  @Override
  public T read(Kryo kryo, Input input, Class<T> type) {
    Object[] values = new Object[form.components().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = kryo.readClassAndObject(input);
    }
    return form.of(values);
  }
}
