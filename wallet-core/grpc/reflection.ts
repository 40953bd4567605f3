import { readFileSync } from 'node:fs';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** Written by the build with `buf build --as-file-descriptor-set`. */
const DESCRIPTORS = new URL('../../proto/descriptors.binpb', import.meta.url);

/**
 * Serves reflection v1 and v1alpha from the compiler's own descriptors: those that proto-loader makes lack their imports,
 * which strict clients (buf curl, grpc-go) refuse.
 */
export function addReflection(server: Server): void {
  const fileDescriptorProtos = filesOf(readFileSync(DESCRIPTORS));
  new ReflectionService({ descriptors: { format: '', type: {}, fileDescriptorProtos } } as never).addToServer(server);
}

/** The files of a FileDescriptorSet, each still encoded: field 1, repeated. */
function filesOf(set: Uint8Array): Buffer[] {
  const reader = new BinaryReader(set);
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === 1 && type === WireType.LengthDelimited) files.push(Buffer.from(reader.bytes()));
    else reader.skip(type);
  }
  return files;
}
