package org.treegrpo.job.spark;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/**
 * Kryo serializer of one record class: reads the accessors, calls the canonical constructor.
 * Spark's Kryo (4.0.3) cannot write records by itself, since their fields are final.
 *
 * @param <T> the record class
 */
public final class RecordSerializer<T extends Record> extends Serializer<T> {

  private final RecordComponent[] components;
  private final Constructor<T> constructor;

  public RecordSerializer(Class<T> type) {
    components = type.getRecordComponents();
    try {
      constructor =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
      for (RecordComponent component : components) {
        component.getAccessor().setAccessible(true);
      }
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(type + " has no canonical constructor", e);
    }
  }

  @Override
  public void write(Kryo kryo, Output output, T value) {
    for (RecordComponent component : components) {
      try {
        kryo.writeClassAndObject(output, component.getAccessor().invoke(value));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot read " + component, e);
      }
    }
  }

  @Override
  public T read(Kryo kryo, Input input, Class<T> type) {
    Object[] arguments = new Object[components.length];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = kryo.readClassAndObject(input);
    }
    try {
      return constructor.newInstance(arguments);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + type.getName(), e);
    }
  }
}
