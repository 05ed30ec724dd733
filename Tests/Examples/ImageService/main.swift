// Plays one request: example-image-service MODEL.pnm < XRAY.jpeg
import Foundation

let service = try ImageService(model: CommandLine.arguments[1])
let body = try FileHandle.standardInput.readToEnd() ?? Data()
let response = await service.respond(to: Array(body))
print(response.status, response.text)
