import {
  type Server,
  type ServerInterceptor,
  ServerInterceptingCall,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js';

/** Stands for a request whose bytes are no message of the protocol. */
const UNDECODABLE = Symbol('undecodable');

/** The service, whose requests are read as UNDECODABLE where reading throws: grpc-js would answer INTERNAL, as if it were our fault. */
export function lenient<Service extends ServiceDefinition>(service: Service): Service {
  const methods = Object.entries(service).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): unknown => {
      try {
        return method.requestDeserialize(bytes) as unknown;
      } catch {
        return UNDECODABLE;
      }
    };
    return [name, { ...method, requestDeserialize }] as const;
  });
  return Object.fromEntries(methods) as unknown as Service;
}

/** The server as packages see it that add services of their own: those are read in the same way. */
export function lenientServer(server: Server): Server {
  const addService: Server['addService'] = (service, implementation) =>
    server.addService(lenient(service), implementation);
  return { addService } as Server;
}

/** Answers UNDECODABLE, before anything else sees it. */
export const undecodable: ServerInterceptor = ({ path }, call) => {
  const start: NonNullable<ConstructorParameters<typeof ServerInterceptingCall>[1]>['start'] = (next) =>
    next({
      onReceiveMessage: (message: unknown, pass) => {
        if (message !== UNDECODABLE) return pass(message);
        call.sendStatus({ code: status.INVALID_ARGUMENT, details: `the bytes are no request of ${path.slice(1)}` });
      },
    });
  return new ServerInterceptingCall(call, { start });
};
